package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.storage.posix.ProcessPriority;

/** Makes the process as kind to others as options ask for, before it starts to work. */
final class Priorities {
  private Priorities() {}

  static void apply(Options options) {
    if (options.knows("priority") && options.has("priority")) {
      ProcessPriority.nice(options.integer("priority"));
    }
    if (options.knows("io-priority")) {
      switch (options.string("io-priority")) {
        case "low" -> ProcessPriority.LOW.apply();
        case "idle" -> ProcessPriority.IDLE.apply();
        default -> {
          // As whoever started the process left it.
        }
      }
    }
  }
}
