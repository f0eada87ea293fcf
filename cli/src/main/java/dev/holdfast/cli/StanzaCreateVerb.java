package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.engine.lock.HeldLocks;
import dev.holdfast.engine.stanza.StanzaCreate;
import dev.holdfast.engine.stanza.StanzaRequest;

/** Makes a stanza in every repository. */
final class StanzaCreateVerb implements Verb {
  @Override
  public String name() {
    return "stanza-create";
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
      new StanzaCreate(request, context.reporter()).run();
    }
    return 0;
  }
}
