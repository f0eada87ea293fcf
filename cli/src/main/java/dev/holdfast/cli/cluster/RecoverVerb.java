package dev.holdfast.cli.cluster;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.config.OptionSource;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Recovery;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.wire.ClusterView;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The cluster goes on from what the repository has. */
final class RecoverVerb implements Verb {
  /** A large cluster takes hours, and nobody wants to be told after a minute that it goes on. */
  private static final Duration LONGEST = Duration.ofDays(7);

  private static final String LATEST = "latest";

  @Override
  public String name() {
    return "recover";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    try (OperatorSession session = OperatorSession.of(context)) {
      ClusterView before = session.view();
      NodeId node = node(before, options.parameters());
      Request.Recover request =
          new Request.Recover(node, recovery(options), options.flag("allow-data-loss"));
      long begun = System.nanoTime();
      if (session.ask(before, request)) {
        new Outcome(session, before, context.clock().getZone())
            .await(
                before.name(node) + " is restored and is the primary",
                limit(options),
                now -> isDone(before, now, node),
                now ->
                    ClusterServers.settledPrimary(now).isPresent() && !isDone(before, now, node));
        session.say(
            String.format(
                Locale.ROOT,
                "%s is the primary, %.1f s after it was asked for; the others follow as they come",
                before.name(node),
                (System.nanoTime() - begun) / 1e9));
      }
      return 0;
    }
  }

  private static NodeId node(ClusterView view, List<String> words) {
    if (words.size() > 1) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID, "recover restores one node; the others are copied from it");
    }
    if (words.size() == 1) {
      return OperatorSession.node(view, words.getFirst()).id();
    }
    return view.primary()
        .orElseThrow(() ->
            new HoldfastException(
                ErrorCode.PARAM_REQUIRED,
                "cluster '" + view.cluster() + "' has had no primary yet",
                "Start holdfast keeper on a node first."));
  }

  private static Recovery recovery(Options options) {
    return new Recovery(
        options.optional("set").filter(set -> !set.equals(LATEST)),
        options.string("type"),
        options.optional("target"),
        options.optional("target-timeline"),
        options.flag("delta") && isFromCommandLine(options, "delta"));
  }

  private static Duration limit(Options options) {
    return isFromCommandLine(options, "ha-timeout") ? options.duration("ha-timeout") : LONGEST;
  }

  private static boolean isFromCommandLine(Options options, String name) {
    return options.source(name).kind() == OptionSource.Kind.COMMAND_LINE;
  }

  private static boolean isDone(ClusterView before, ClusterView now, NodeId node) {
    return now.epoch() > before.epoch()
        && ClusterServers.settledPrimary(now).equals(Optional.of(node));
  }
}
