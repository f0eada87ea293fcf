package dev.holdfast.ha.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.monitor.Eventually;
import dev.holdfast.postgres.process.ClusterPlace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final UUID GROUP = UUID.randomUUID();

  @TempDir Path path;

  private final List<Peer> peers = new ArrayList<>();
  private final List<Peer> first = new ArrayList<>();
  private final List<Replica> running = new ArrayList<>();

  @AfterEach
  void stop() {
    running.forEach(Replica::close);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Peer peer() {
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

  private Replica start(Peer self) {
    try {
      Replica replica =
          Replica.start(
              Files.createDirectories(path.resolve(self.name())),
              self,
              GROUP,
              first.contains(self) ? first : List.of(),
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

  private void form(int count) {
    for (int i = 0; i < count; i++) {
      first.add(peer());
    }
    first.forEach(this::start);
  }

  private Replica leader() {
    return Eventually.see(
            "a leader",
            () -> running.stream().filter(each -> each.leads().isPresent()).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private void stop(Replica replica) {
    running.remove(replica);
    replica.close();
  }

  private static long write(Replica leader, String name, long follows, String value) {
    return leader.write(leader.leads().orElseThrow(), name, follows, bytes(value), PATIENCE);
  }

  @Test
  void aWriteFollowsTheVersionAndTheTermThatItNames() {
    form(1);
    Replica leader = leader();
    assertThat(write(leader, "a", 0, "one")).isEqualTo(1);
    assertThat(write(leader, "a", 1, "two")).isEqualTo(2);
    assertThatThrownBy(() -> write(leader, "a", 1, "other"))
        .isInstanceOf(LeadershipLostException.class)
        .hasMessageContaining("another monitor has changed 'a'");
    assertThatThrownBy(() -> write(leader, "b", 3, "other"))
        .isInstanceOf(LeadershipLostException.class);
    long term = leader.leads().orElseThrow();
    assertThatThrownBy(() -> leader.write(term - 1, "a", 2, bytes("late"), PATIENCE))
        .as("the right version, but of an earlier leader")
        .isInstanceOf(LeadershipLostException.class);
    assertThat(leader.content()).isEqualTo(Map.of("a", new Register(2, bytes("two"))));
  }

  @Test
  void whatAMajorityHasOutlivesTheLeaderAndAFollowerWritesNothing() {
    form(3);
    Replica leader = leader();
    write(leader, "a", 0, "one");
    Replica follower = running.stream().filter(each -> each != leader).findFirst().orElseThrow();
    assertThatThrownBy(() -> follower.write(leader.term(), "a", 1, bytes("two"), PATIENCE))
        .isInstanceOf(LeadershipLostException.class);
    stop(leader);

    Replica next = leader();
    next.settle(next.leads().orElseThrow(), PATIENCE);
    assertThat(next.content()).isEqualTo(Map.of("a", new Register(1, bytes("one"))));
    assertThat(next.term()).isGreaterThan(1);
    assertThat(write(next, "a", 1, "two")).isEqualTo(2);
  }

  @Test
  void withoutAMajorityNothingIsWritten() {
    form(3);
    Replica leader = leader();
    write(leader, "a", 0, "one");
    List.copyOf(running).stream().filter(each -> each != leader).forEach(this::stop);
    long term = leader.term();
    assertThatThrownBy(() -> leader.write(term, "a", 1, bytes("two"), Duration.ofSeconds(1)))
        .isInstanceOf(LeadershipLostException.class);
    assertThat(leader.content().get("a")).isEqualTo(new Register(1, bytes("one")));
    Eventually.see("that it leads no more", leader::leads, leads -> leads.isEmpty());
  }

  @Test
  void aMemberGoesOnFromItsSnapshotAndItsLog() throws Exception {
    form(1);
    Replica leader = leader();
    writeMany(leader, 1200);
    Path group = path.resolve("m1").resolve(GROUP.toString());
    Eventually.see("a snapshot", () -> snapshots(group), count -> count > 0);
    Map<String, Register> before = leader.content();
    stop(leader);
    assertThat(snapshots(group)).isBetween(1L, 2L);

    start(first.getFirst());
    Replica again = leader();
    assertThat(again.content()).isEqualTo(before).hasSize(10);
  }

  @Test
  void aNewMemberGetsEverythingAndAnotherMayLeave() throws Exception {
    form(1);
    Replica leader = leader();
    // So that what the newcomer needs is in a snapshot, and in the log no more.
    writeMany(leader, 1200);
    List<Peer> members = new ArrayList<>(first);
    for (int number = 2; number <= 3; number++) {
      Peer newcomer = peer();
      Replica replica = start(newcomer);
      assertThat(replica.members()).isEmpty();
      members.add(newcomer);
      leader.reconfigure(members);
      assertThat(leader.members()).containsExactlyElementsOf(members);
      Eventually.see("the same", replica::content, leader.content()::equals);
    }
    List<Progress> progress =
        Eventually.see(
            "nobody is behind",
            leader::progress,
            all -> all.stream().allMatch(each -> each.behind() == 0));
    assertThat(progress)
        .extracting(each -> each.silence().isPresent())
        .containsExactly(false, true, true);

    // The one that leads leaves.
    Map<String, Register> before = leader.content();
    leader.reconfigure(members.subList(1, 3));
    stop(leader);
    Replica next = leader();
    assertThat(next.members()).containsExactlyElementsOf(members.subList(1, 3));
    assertThat(next.content()).isEqualTo(before);
    assertThat(write(next, "new", 0, "x")).isEqualTo(1);
  }

  private static void writeMany(Replica leader, int count) throws Exception {
    try (ExecutorService writers = Executors.newFixedThreadPool(10)) {
      List<Future<?>> done = new ArrayList<>();
      for (int writer = 0; writer < 10; writer++) {
        String name = "r" + writer;
        done.add(
            writers.submit(() -> {
              for (int version = 0; version < count / 10; version++) {
                write(leader, name, version, "value " + version);
              }
            }));
      }
      for (Future<?> each : done) {
        each.get();
      }
    }
  }

  private static long snapshots(Path group) {
    Path directory = group.resolve("sm");
    if (!Files.isDirectory(directory)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.getFileName().toString().matches("snapshot\\.\\d+_\\d+"))
          .count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
