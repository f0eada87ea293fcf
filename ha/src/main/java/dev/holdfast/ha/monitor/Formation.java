package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.raft.Peer;
import dev.holdfast.ha.tls.WatchedCredentials;
import dev.holdfast.ha.wire.MemberView;
import dev.holdfast.ha.wire.MonitorsClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * How a monitor without a group comes to one. It asks all others that its configuration names:
 *
 * <ul>
 *   <li>When all of them answer, have no group either and name the same monitors, these with their
 *       incarnations are the founders of one; who comes late finds itself among them.
 *   <li>When one has a group that this incarnation did not found, this is no founder: a newcomer,
 *       or one that lost its directory. It waits to be added under its new incarnation, and takes
 *       part in nothing before.
 * </ul>
 *
 * So no group is formed while somebody may remember another one, and nobody comes back with an
 * empty log as who he was.
 */
final class Formation {
  private static final Duration ANSWER = Duration.ofSeconds(1);

  private final MonitorPeers peers;
  private final StoredMember member;
  private final Optional<WatchedCredentials> credentials;
  private final Consumer<String> said;
  private String last = "";

  /** What is to be written down before anything else. */
  record Group(String id, List<Peer> founders) {}

  Formation(
      MonitorPeers peers,
      StoredMember member,
      Optional<WatchedCredentials> credentials,
      Consumer<String> said) {
    this.peers = peers;
    this.member = member;
    this.credentials = credentials;
    this.said = said;
  }

  /** Asks once; empty when there is nothing to do but wait. */
  Optional<Group> look() {
    Map<String, MemberView> others = new TreeMap<>();
    List<String> missing = new ArrayList<>();
    peers
        .all()
        .forEach((name, place) -> {
          if (!name.equals(peers.self())) {
            try (MonitorsClient client =
                MonitorsClient.amongMonitors(place.service(), ANSWER, credentials)) {
              others.put(name, client.member());
            } catch (HoldfastException e) {
              // That one is not there yet needs no words; that it refuses does.
              missing.add(
                  e.code() == ErrorCode.HOST_CONNECT ? name : name + " (" + e.getMessage() + ")");
            }
          }
        });
    for (MemberView other : others.values()) {
      if (other.group().isPresent()) {
        return joined(other);
      }
    }
    if (!missing.isEmpty()) {
      return wait("waits for " + String.join(", ", missing) + " to form a group with them");
    }
    for (MemberView other : others.values()) {
      if (!other.named().equals(List.copyOf(peers.all().keySet()))) {
        return wait(
            "is told to be one of "
                + peers.all().keySet()
                + ", and '"
                + other.name()
                + "' one of "
                + other.named()
                + ": make option monitor-peer the same everywhere");
      }
    }
    List<Peer> founders = new ArrayList<>(List.of(member.self()));
    others.values().forEach(other -> founders.add(peer(other)));
    return Optional.of(founded(founders));
  }

  private static Peer peer(MemberView view) {
    return new Peer(view.name(), view.incarnation(), view.agreement(), view.service());
  }

  /** The same founders have the same group, whoever of them finds it out. */
  private static Group founded(List<Peer> founders) {
    List<Peer> sorted = founders.stream().sorted(Comparator.comparing(Peer::id)).toList();
    String all = sorted.stream().map(Peer::toString).collect(Collectors.joining("\n"));
    UUID id = UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8));
    return new Group(id.toString(), sorted);
  }

  private Optional<Group> joined(MemberView other) {
    if (!other.founders().contains(member.self().id())) {
      return wait(
          "is not one of the monitors that agree, though '"
              + other.name()
              + "' is: is it new, or was its directory lost? Take out what it was before (holdfast"
              + " monitors remove "
              + peers.self()
              + "), if it was one of them, and add it: holdfast monitors add "
              + member.self().service());
    }
    List<Peer> founders = new ArrayList<>();
    peers
        .all()
        .forEach((name, place) ->
            other.founders().stream()
                .filter(id -> id.startsWith(name + "."))
                .findFirst()
                .ifPresent(id ->
                    founders.add(
                        new Peer(
                            name,
                            id.substring(name.length() + 1),
                            place.agreement(),
                            place.service()))));
    Group group = founded(founders);
    if (!other.group().filter(group.id()::equals).isPresent()) {
      return wait(
          "names other addresses than '"
              + other.name()
              + "' does: make option monitor-peer the same everywhere");
    }
    return Optional.of(group);
  }

  private Optional<Group> wait(String why) {
    if (!why.equals(last)) {
      last = why;
      said.accept("monitor '" + peers.self() + "' " + why);
    }
    return Optional.empty();
  }

  /** Why it waits, for who asks. */
  String reason() {
    return last.isEmpty() ? "looks for the others" : last;
  }
}
