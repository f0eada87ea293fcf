package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.engine.annotate.Annotate;
import dev.holdfast.engine.lock.HeldLocks;

/** Adds, changes or removes notes on a backup. */
final class AnnotateVerb implements Verb {
  @Override
  public String name() {
    return "annotate";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    BackupLabel set = SetOption.of(options).orElseThrow();
    try (HeldLocks locks = VerbLocks.acquire(context)) {
      new Annotate(options.stanza(), Repositories.chosenOrAll(options), context.reporter())
          .run(set, options.map("annotation"));
    }
    return 0;
  }
}
