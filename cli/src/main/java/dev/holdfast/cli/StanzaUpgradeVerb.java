package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.engine.lock.HeldLocks;
import dev.holdfast.engine.stanza.StanzaRequest;
import dev.holdfast.engine.stanza.StanzaUpgrade;

/** Tells a stanza about the new version after pg_upgrade. */
final class StanzaUpgradeVerb implements Verb {
  @Override
  public String name() {
    return "stanza-upgrade";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    context.refuseWhenStopped();
    try (HeldLocks locks = VerbLocks.acquire(context)) {
      if (DatabaseHosts.runs(context, locks)) {
        return 0;
      }
      StanzaRequest request =
          new StanzaRequest(
              options.stanza(), Repositories.all(options), Clusters.primaryControl(context));
      new StanzaUpgrade(request, context.reporter()).run();
    }
    return 0;
  }
}
