package dev.holdfast.cli;

import dev.holdfast.cli.cluster.TextTable;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.keeper.AdoptedServer;
import dev.holdfast.ha.keeper.Adoption;
import dev.holdfast.ha.keeper.KeeperConfiguration;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.postgres.replication.ServerSurvey;
import java.util.List;
import java.util.Optional;

/** Makes the PostgreSQL that runs here a node of a cluster, as it runs. */
final class AdoptVerb implements Verb {
  @Override
  public String name() {
    return "adopt";
  }

  @Override
  public int run(VerbContext context) {
    KeeperOptions options = new KeeperOptions(context);
    Optional<NodeId> before = Adoption.node(options.state());
    if (before.isPresent()) {
      say(context, "It is node " + before.get() + " already; nothing is done.");
      return 0;
    }
    KeeperConfiguration asked = options.configuration(AdoptedServer.NONE);
    ServerSurvey survey = Adoption.survey(asked);
    KeeperConfiguration configuration =
        options.configuration(Adoption.inForce(survey, asked.data()));
    try (MonitorClient client = options.monitor()) {
      Adoption adoption =
          new Adoption(configuration, survey, client, line -> say(context, "Note: " + line));
      context.out().print(table(adoption));
      adoption.check();
      if (context.options().flag("dry-run")) {
        say(context, "It can be adopted. Nothing is done.");
        return 0;
      }
      NodeId node = adopt(adoption);
      say(context, "It is node " + node + " of cluster '" + configuration.cluster() + "'.");
      say(
          context,
          survey.recovery()
              ? "Start its keeper now, which restarts PostgreSQL once: holdfast keeper."
              : "Start its keeper now: holdfast keeper. Then adopt its standbys.");
      return 0;
    }
  }

  private static NodeId adopt(Adoption adoption) {
    try {
      return adoption.adopt();
    } catch (HoldfastException e) {
      if (e.code() != ErrorCode.LOCK_ACQUIRE) {
        throw e;
      }
      throw new HoldfastException(
          e.code(),
          String.valueOf(e.getMessage()),
          e,
          "Stop its keeper; it is started after PostgreSQL is adopted.");
    }
  }

  private static String table(Adoption adoption) {
    return new TextTable(
            List.of("", "Is", "Becomes"),
            adoption.findings().stream()
                .map(each -> List.of(each.what(), each.found(), each.becomes()))
                .toList())
        .toString();
  }

  private static void say(VerbContext context, String line) {
    context.out().println(line);
    context.out().flush();
  }
}
