package dev.holdfast.cli.cluster;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.ha.decide.Request;

/** Another primary, though the old one may not answer. */
final class FailoverVerb implements Verb {
  @Override
  public String name() {
    return "failover";
  }

  @Override
  public int run(VerbContext context) {
    try (OperatorSession session = OperatorSession.of(context)) {
      NewPrimary next = new NewPrimary(context, session);
      boolean lossAllowed = context.options().flag("allow-data-loss");
      return next.replace(new Request.Failover(next.target(), lossAllowed));
    }
  }
}
