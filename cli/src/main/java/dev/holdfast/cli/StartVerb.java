package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.engine.stanza.StopAndStart;

/** Allows verbs to run again. */
final class StartVerb implements Verb {
  @Override
  public String name() {
    return "start";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    new StopAndStart(context.stopFiles(), options.optionalStanza(), context.reporter()).start();
    return 0;
  }
}
