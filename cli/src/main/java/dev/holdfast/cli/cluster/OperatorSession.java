package dev.holdfast.cli.cluster;

import dev.holdfast.cli.MonitorCredentials;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.MonitorClient;
import java.security.SecureRandom;
import java.util.stream.Collectors;

/** An operator's verb and the monitor that it asks. */
final class OperatorSession implements AutoCloseable {
  private final VerbContext context;
  private final MonitorClient client;

  private OperatorSession(VerbContext context, MonitorClient client) {
    this.context = context;
    this.client = client;
  }

  /** To the monitor and the cluster of the options; nothing is connected yet. */
  static OperatorSession of(VerbContext context) {
    Options options = context.options();
    return new OperatorSession(
        context,
        new MonitorClient(
            MonitorClient.addresses(options.string("monitor")),
            options.stanza().text(),
            options.duration("monitor-timeout"),
            MonitorCredentials.of(options, context.clock(), context.reporter()::warn)));
  }

  MonitorClient client() {
    return client;
  }

  Options options() {
    return context.options();
  }

  ClusterView view() {
    return client.view();
  }

  /** A line of the verb's result, at once. */
  void say(String line) {
    context.out().println(line);
    context.out().flush();
  }

  /**
   * The node that an operator means.
   *
   * @throws HoldfastException param-invalid (96) when there is none
   */
  static ClusterView.NodeView node(ClusterView view, String called) {
    return view.node(called)
        .orElseThrow(() ->
            new HoldfastException(
                ErrorCode.PARAM_INVALID,
                "cluster '" + view.cluster() + "' has no node '" + called + "'",
                view.nodes().stream()
                    .map(ClusterView.NodeView::name)
                    .collect(Collectors.joining(", ", "It has: ", ""))));
  }

  /**
   * Asks, or with {@code --dry-run} says what would be answered.
   *
   * @return whether something was done, so that there is something to wait for
   * @throws HoldfastException service (101) when the monitor refuses
   */
  boolean ask(ClusterView view, Request request) {
    boolean dryRun = options().flag("dry-run");
    String text =
        accepted(
            view,
            dryRun ? client.tryOut(request) : client.ask(new SecureRandom().nextLong(), request));
    say(dryRun ? "Nothing is done. It would be answered: " + text : text);
    return !dryRun;
  }

  /**
   * Does nothing, unless the monitor would refuse this now.
   *
   * @throws HoldfastException service (101) when it would
   */
  void refuseWhatIsRefused(ClusterView view, Request request) {
    accepted(view, client.tryOut(request));
  }

  private static String accepted(ClusterView view, Command.Answer answer) {
    String text = new NodeNames(view).in(answer.text());
    if (!answer.accepted()) {
      throw new HoldfastException(ErrorCode.SERVICE, "the monitor refuses: " + text);
    }
    return text;
  }

  @Override
  public void close() {
    client.close();
  }
}
