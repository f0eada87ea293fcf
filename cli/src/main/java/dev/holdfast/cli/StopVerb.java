package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.engine.stanza.StopAndStart;

/** Keeps verbs from running, for one stanza or all. */
final class StopVerb implements Verb {
  @Override
  public String name() {
    return "stop";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    new StopAndStart(context.stopFiles(), options.optionalStanza(), context.reporter())
        .stop(options.flag("force"));
    return 0;
  }
}
