package dev.holdfast.cli.cluster;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.ha.decide.Request;

/** Another primary, planned. */
final class SwitchoverVerb implements Verb {
  @Override
  public String name() {
    return "switchover";
  }

  @Override
  public int run(VerbContext context) {
    try (OperatorSession session = OperatorSession.of(context)) {
      NewPrimary next = new NewPrimary(context, session);
      return next.handOver(new Request.Switchover(next.target()));
    }
  }
}
