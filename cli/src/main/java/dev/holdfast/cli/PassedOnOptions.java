package dev.holdfast.cli;

import dev.holdfast.config.OptionDefinition;
import dev.holdfast.config.OptionRegistry;
import dev.holdfast.config.OptionSource;
import dev.holdfast.config.Options;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What another verb has to be given of the options of this command line, to find what this one
 * finds. What stands in files or the environment it reads itself, so that changing it there later
 * has an effect.
 */
final class PassedOnOptions {
  /** Meant for this verb alone. */
  private static final Set<String> NOT_PASSED_ON =
      Set.of(
          "cmd",
          "exec-id",
          "job-retry",
          "job-retry-interval",
          "log-level-console",
          "log-level-file",
          "log-level-stderr",
          "log-subprocess",
          "log-timestamp",
          "process-max");

  private final Options options;

  /** Of this verb. */
  PassedOnOptions(Options options) {
    this.options = options;
  }

  /** For another verb: words of a command line, without secrets. */
  List<String> of(String verb) {
    List<String> words = new ArrayList<>();
    for (OptionDefinition option : OptionRegistry.standard().options()) {
      if (isPassedOn(option, verb)) {
        for (int key : OptionArguments.keys(options, option)) {
          if (options.source(option.name(), key).kind() == OptionSource.Kind.COMMAND_LINE) {
            words.addAll(arguments(option, key));
          }
        }
      }
    }
    return words;
  }

  private boolean isPassedOn(OptionDefinition option, String verb) {
    return option.validFor(verb)
        && options.knows(option.name())
        && !option.secret()
        && !option.name().equals("repo-cipher-type")
        && !NOT_PASSED_ON.contains(option.name());
  }

  private List<String> arguments(OptionDefinition option, int key) {
    // PostgreSQL runs the command in the data directory, not where this was called.
    if (option.name().equals("config") && options.has("config")) {
      return List.of("--config=" + Path.of(options.string("config")).toAbsolutePath().normalize());
    }
    return OptionArguments.of(options, option, key, key);
  }
}
