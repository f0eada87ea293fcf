package dev.holdfast.cli.cluster;

import dev.holdfast.cli.MonitorCredentials;
import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.wire.Json;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.ha.wire.MonitorsClient;
import dev.holdfast.ha.wire.MonitorsView;
import dev.holdfast.ha.wire.NewMonitor;
import java.time.Duration;
import java.util.List;

/** Shows the monitors that agree, adds one, takes one out, or has them know a cluster again. */
final class MonitorsVerb implements Verb {
  private static final List<String> HEADINGS =
      List.of("Name", "Host:Port", "Agrees at", "Decides", "Behind", "Heard");

  private static final String REBUILD = "rebuild";

  @Override
  public String name() {
    return "monitors";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    if (options.parameters().equals(List.of(REBUILD))) {
      return rebuild(context);
    }
    try (MonitorsClient client =
        new MonitorsClient(
            MonitorClient.addresses(options.string("monitor")),
            options.duration("monitor-timeout"),
            MonitorCredentials.of(options, context.clock(), context.reporter()::warn))) {
      MonitorsView view = changed(client, options.parameters());
      context
          .out()
          .print(options.string("output").equals("json") ? Json.pretty(view) + "\n" : text(view));
      return 0;
    }
  }

  /** A cluster is known again to monitors that have lost their state, from what its nodes know. */
  private static int rebuild(VerbContext context) {
    if (context.options().optionalStanza().isEmpty()) {
      throw new HoldfastException(
          ErrorCode.OPTION_REQUIRED,
          "monitors rebuild needs a cluster",
          "For example: holdfast --stanza=main monitors rebuild");
    }
    try (OperatorSession session = OperatorSession.of(context)) {
      boolean dryRun = session.options().flag("dry-run");
      String text = session.client().rebuild(session.options().flag("allow-data-loss"), dryRun);
      session.say(dryRun ? "Nothing is done. It would be answered: " + text : text);
      return 0;
    }
  }

  private static MonitorsView changed(MonitorsClient client, List<String> words) {
    if (words.isEmpty()) {
      return client.view();
    }
    if (words.size() == 2 && words.getFirst().equals("add")) {
      return client.add(new NewMonitor(ServerAddress.parse(words.getLast())));
    }
    if (words.size() == 2 && words.getFirst().equals("remove")) {
      return client.remove(words.getLast());
    }
    throw new HoldfastException(
        ErrorCode.PARAM_REQUIRED,
        "monitors needs nothing, add with an address, remove with a name, or rebuild",
        "For example: holdfast monitors add 10.0.0.4:8010");
  }

  private static String text(MonitorsView view) {
    return new TextTable(
            HEADINGS,
            view.monitors().stream()
                .map(each ->
                    List.of(
                        each.name(),
                        each.service().toString(),
                        each.agreement().toString(),
                        each.name().equals(view.leader()) ? "y" : "n",
                        Long.toString(each.behind()),
                        each.silence().map(MonitorsVerb::ago).orElse("-")))
                .toList())
        .toString();
  }

  private static String ago(Duration silence) {
    return "%.1f s ago".formatted(silence.toMillis() / 1000.0);
  }
}
