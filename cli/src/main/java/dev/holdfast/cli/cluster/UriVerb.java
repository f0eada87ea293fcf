package dev.holdfast.cli.cluster;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.NodeState;
import dev.holdfast.ha.wire.ClusterView;
import java.util.Comparator;
import java.util.stream.Collectors;

/** Connection strings that name every node, and make clients take the one that is the primary. */
final class UriVerb implements Verb {
  @Override
  public String name() {
    return "uri";
  }

  @Override
  public int run(VerbContext context) {
    try (OperatorSession session = OperatorSession.of(context)) {
      String hosts = hosts(session.view());
      String libpq = "postgresql://" + hosts + "/postgres?target_session_attrs=read-write";
      String jdbc = "jdbc:postgresql://" + hosts + "/postgres?targetServerType=primary";
      session.say(
          switch (context.options().string("output")) {
            case "libpq" -> libpq;
            case "jdbc" -> jdbc;
            default -> "libpq  " + libpq + "\nJDBC   " + jdbc;
          });
      return 0;
    }
  }

  /** The primary first: who connects finds it at once while it lasts. */
  private static String hosts(ClusterView view) {
    String hosts =
        view.nodes().stream()
            .filter(node -> node.goal() != NodeState.DROPPED)
            .sorted(
                Comparator.comparing(node -> !view.primary().filter(node.id()::equals).isPresent()))
            .flatMap(node -> node.endpoint().stream())
            .map(ServerAddress::toString)
            .collect(Collectors.joining(","));
    if (hosts.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.DB_MISSING, "cluster '" + view.cluster() + "' has no node yet");
    }
    return hosts;
  }
}
