package dev.holdfast.cli.cluster;

import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.wire.ClusterView;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The rules speak of nodes by number; an operator knows them by name. */
record NodeNames(ClusterView view) {
  private static final Pattern NODE = Pattern.compile("\\b([Nn]ode) (\\d{1,9})\\b");

  /** The text with {@code node b} for {@code node 2}. */
  String in(String text) {
    return NODE.matcher(text).replaceAll(this::named);
  }

  private String named(MatchResult match) {
    int number = Integer.parseInt(match.group(2));
    // Names have no character that a replacement gives a meaning.
    return number == 0 ? match.group() : match.group(1) + " " + view.name(new NodeId(number));
  }
}
