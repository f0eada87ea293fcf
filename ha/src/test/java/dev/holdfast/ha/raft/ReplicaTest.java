package dev.holdfast.ha.raft;

import static dev.holdfast.ha.raft.ReplicaSite.PATIENCE;
import static dev.holdfast.ha.raft.ReplicaSite.bytes;
import static dev.holdfast.ha.raft.ReplicaSite.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.ha.monitor.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaTest {
  @TempDir Path path;

  private ReplicaSite site;

  @BeforeEach
  void begin() {
    site = new ReplicaSite(path, peer -> Optional.empty());
  }

  @AfterEach
  void stop() {
    site.close();
  }

  @Test
  void aWriteFollowsTheVersionAndTheTermThatItNames() {
    site.form(1);
    Replica leader = site.leader();
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
    site.form(3);
    Replica leader = site.leader();
    write(leader, "a", 0, "one");
    Replica follower = site.follower(leader);
    assertThatThrownBy(() -> follower.write(leader.term(), "a", 1, bytes("two"), PATIENCE))
        .isInstanceOf(LeadershipLostException.class);
    site.stop(leader);

    Replica next = site.leader();
    next.settle(next.leads().orElseThrow(), PATIENCE);
    assertThat(next.content()).isEqualTo(Map.of("a", new Register(1, bytes("one"))));
    assertThat(next.term()).isGreaterThan(1);
    assertThat(write(next, "a", 1, "two")).isEqualTo(2);
  }

  @Test
  void withoutAMajorityNothingIsWritten() {
    site.form(3);
    Replica leader = site.leader();
    write(leader, "a", 0, "one");
    site.running().stream().filter(each -> each != leader).forEach(site::stop);
    long term = leader.term();
    assertThatThrownBy(() -> leader.write(term, "a", 1, bytes("two"), Duration.ofSeconds(1)))
        .isInstanceOf(LeadershipLostException.class);
    assertThat(leader.content().get("a")).isEqualTo(new Register(1, bytes("one")));
    Eventually.see("that it leads no more", leader::leads, leads -> leads.isEmpty());
  }

  @Test
  void aMemberGoesOnFromItsSnapshotAndItsLog() throws Exception {
    site.form(1);
    Replica leader = site.leader();
    writeMany(leader, 1200);
    Path group = site.directory(site.first().getFirst());
    Eventually.see("a snapshot", () -> snapshots(group), count -> count > 0);
    Map<String, Register> before = leader.content();
    site.stop(leader);
    assertThat(snapshots(group)).isBetween(1L, 2L);

    site.start(site.first().getFirst());
    Replica again = site.leader();
    assertThat(again.content()).isEqualTo(before).hasSize(10);
  }

  @Test
  void aNewMemberGetsEverythingAndAnotherMayLeave() throws Exception {
    site.form(1);
    Replica leader = site.leader();
    // So that what the newcomer needs is in a snapshot, and in the log no more.
    writeMany(leader, 1200);
    List<Peer> members = new ArrayList<>(site.first());
    for (int number = 2; number <= 3; number++) {
      Peer newcomer = site.peer();
      Replica replica = site.start(newcomer);
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
    site.stop(leader);
    Replica next = site.leader();
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
