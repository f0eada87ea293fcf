package dev.holdfast.ha.wire;

import dev.holdfast.domain.ServerAddress;
import java.util.List;
import java.util.Optional;

/**
 * What one of several monitors says of itself, whether or not it decides.
 *
 * @param name as people call it
 * @param incarnation what its directory chose when it was made
 * @param agreement where monitors talk to each other
 * @param service where it answers
 * @param named the names of all that its configuration names
 * @param group the group of monitors that it belongs to, once it does
 * @param founders who formed that group, each as name and incarnation with a dot between; empty
 *     without a group
 * @param members who the members of that group are, as far as it knows; likewise
 * @param term the newest term of the group that it knows, 0 without one: none of a later term had
 *     its vote when this was said
 */
public record MemberView(
    String name,
    String incarnation,
    ServerAddress agreement,
    ServerAddress service,
    List<String> named,
    Optional<String> group,
    List<String> founders,
    List<String> members,
    long term) {
  /** Copies the lists. */
  public MemberView {
    named = List.copyOf(named);
    founders = List.copyOf(founders);
    members = List.copyOf(members);
  }

  /** Name and incarnation, which nobody else has. */
  public String id() {
    return name + "." + incarnation;
  }
}
