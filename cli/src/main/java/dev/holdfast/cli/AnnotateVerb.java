package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
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
    String set = options.string("set");
    if (!BackupLabel.isLabel(set)) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE, "'" + set + "' is not a valid backup label format");
    }
    try (HeldLocks locks = VerbLocks.acquire(context)) {
      new Annotate(options.stanza(), Repositories.chosenOrAll(options), context.reporter())
          .run(new BackupLabel(set), options.map("annotation"));
    }
    return 0;
  }
}
