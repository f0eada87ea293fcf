package dev.holdfast.cli.cluster;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.config.OptionSource;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.Json;

/** Shows a cluster. */
final class StatusVerb implements Verb {
  @Override
  public String name() {
    return "status";
  }

  @Override
  public int run(VerbContext context) {
    try (OperatorSession session = OperatorSession.of(context)) {
      ClusterView view = session.view();
      if (context.options().string("output").equals("json")) {
        session.say(Json.pretty(view));
      } else {
        context.out().print(StatusText.of(view));
        if (context.options().source("pooler-config").kind() != OptionSource.Kind.DEFAULT) {
          PoolerText.of(HostPooler.of(context), view).forEach(session::say);
        }
      }
      return 0;
    }
  }
}
