package dev.holdfast.ha.raft;

import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.monitor.Eventually;
import dev.holdfast.ha.tls.WatchedCredentials;
import dev.holdfast.postgres.process.ClusterPlace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** Members in one process, each with a directory and a port of its own. */
final class ReplicaSite implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private final UUID group = UUID.randomUUID();
  private final Path path;
  private final Function<Peer, Optional<WatchedCredentials>> credentials;
  private final List<Peer> peers = new ArrayList<>();
  private final List<Peer> first = new ArrayList<>();
  private final List<Replica> running = new ArrayList<>();

  /** With what each talks to the others. */
  ReplicaSite(Path path, Function<Peer, Optional<WatchedCredentials>> credentials) {
    this.path = path;
    this.credentials = credentials;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** One more that is not started yet. */
  Peer peer() {
    int number = peers.size() + 1;
    Peer peer =
        new Peer(
            "m" + number,
            "%016x".formatted(number),
            new ServerAddress("127.0.0.1", ClusterPlace.freePort()),
            new ServerAddress("127.0.0.1", 8010 + number));
    peers.add(peer);
    return peer;
  }

  Replica start(Peer self) {
    try {
      Replica replica =
          Replica.start(
              Files.createDirectories(path.resolve(self.name())),
              self,
              group,
              first.contains(self) ? first : List.of(),
              credentials.apply(self),
              new ReplicaEvents() {
                @Override
                public void leadershipChanged() {}

                @Override
                public void failed(Throwable cause) {
                  throw new AssertionError(cause);
                }
              });
      running.add(replica);
      return replica;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void form(int count) {
    for (int i = 0; i < count; i++) {
      first.add(peer());
    }
    first.forEach(this::start);
  }

  /** Who formed the group. */
  List<Peer> first() {
    return List.copyOf(first);
  }

  List<Replica> running() {
    return List.copyOf(running);
  }

  Replica leader() {
    return Eventually.see(
            "a leader",
            () -> running.stream().filter(each -> each.leads().isPresent()).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  /** One that does not lead. */
  Replica follower(Replica leader) {
    return running.stream().filter(each -> each != leader).findFirst().orElseThrow();
  }

  void stop(Replica replica) {
    running.remove(replica);
    replica.close();
  }

  static long write(Replica leader, String name, long follows, String value) {
    return leader.write(leader.leads().orElseThrow(), name, follows, bytes(value), PATIENCE);
  }

  /** Where a member has its log. */
  Path directory(Peer peer) {
    return path.resolve(peer.name()).resolve(group.toString());
  }

  @Override
  public void close() {
    running.forEach(Replica::close);
  }
}
