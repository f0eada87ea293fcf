package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.engine.lock.HeldLocks;
import dev.holdfast.engine.stanza.StanzaDelete;

/** Removes a stanza with its backups and WAL from a repository. */
final class StanzaDeleteVerb implements Verb {
  @Override
  public String name() {
    return "stanza-delete";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    try (HeldLocks locks = VerbLocks.acquire(context)) {
      new StanzaDelete(
              options.stanza(),
              Repositories.chosen(options),
              () -> DatabaseHosts.isRunning(context, locks),
              options.flag("force"),
              context.stopFiles())
          .run();
    }
    return 0;
  }
}
