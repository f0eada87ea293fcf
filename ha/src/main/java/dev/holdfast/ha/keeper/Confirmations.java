package dev.holdfast.ha.keeper;

import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Protection;
import dev.holdfast.postgres.replication.ManagedSettings;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A protection in PostgreSQL's syntax of {@code synchronous_standby_names}, and back. */
final class Confirmations {
  private static final Pattern NAMES = Pattern.compile("ANY (\\d+) \\((.*)\\)");
  private static final Pattern MEMBER =
      Pattern.compile(Pattern.quote(ManagedSettings.member(0).replace("0", "")) + "(\\d+)");

  private Confirmations() {}

  /** {@code ANY 1 (node_2, node_3)}; empty when nobody confirms. */
  static String text(Protection protection) {
    return protection instanceof Protection.SyncSet set
        ? set.members().stream()
            .map(member -> ManagedSettings.member(member.number()))
            .collect(Collectors.joining(", ", "ANY " + set.required() + " (", ")"))
        : "";
  }

  /** The sync set that such a text says; empty when it says none. */
  static Optional<Protection> parse(String text) {
    Matcher matcher = NAMES.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    List<NodeId> members =
        Pattern.compile(",")
            .splitAsStream(matcher.group(2))
            .flatMap(name -> node(name.strip()).stream())
            .toList();
    int required = Integer.parseInt(matcher.group(1));
    // Names that are not all ours are from before the server was adopted.
    return members.size() < required
        ? Optional.empty()
        : Optional.of(new Protection.SyncSet(members, required));
  }

  /** The node that has this name as a standby. */
  static Optional<NodeId> node(String member) {
    Matcher matcher = MEMBER.matcher(member);
    return matcher.matches()
        ? Optional.of(new NodeId(Integer.parseInt(matcher.group(1))))
        : Optional.empty();
  }
}
