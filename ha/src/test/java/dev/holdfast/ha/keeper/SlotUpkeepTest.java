package dev.holdfast.ha.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.postgres.replication.NodeSlots;
import dev.holdfast.postgres.replication.NodeSlots.Checkpoint;
import dev.holdfast.postgres.replication.NodeSlots.Slot;
import dev.holdfast.postgres.replication.ReplicationSession;
import dev.holdfast.postgres.replication.SlotBound;
import dev.holdfast.postgres.session.SessionTarget;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The slots of real servers: kept in order, bounded, and nobody else's touched. */
class SlotUpkeepTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final NodeId PRIMARY = new NodeId(1);

  private final List<String> said = new ArrayList<>();

  private static ReplicationSession session(TestPostgres postgres) {
    return ReplicationSession.open(
        new SessionTarget(
            postgres.socketDirectory().toString(), postgres.port(), "postgres", "postgres"),
        PATIENCE,
        Map.of());
  }

  private static Map<Integer, Slot> slots(TestPostgres postgres) {
    try (ReplicationSession session = session(postgres)) {
      return session.slots().all();
    }
  }

  private void onPrimary(TestPostgres postgres, int... others) {
    try (ReplicationSession session = session(postgres)) {
      new SlotUpkeep(session.slots(), nodes(others), said::add).onPrimary();
    }
  }

  private void onStandby(TestPostgres postgres, Map<Integer, Slot> there, int... others) {
    try (ReplicationSession session = session(postgres)) {
      new SlotUpkeep(session.slots(), nodes(others), said::add).onStandby(PRIMARY, there);
    }
  }

  private static Set<NodeId> nodes(int... numbers) {
    return IntStream.of(numbers).mapToObj(NodeId::new).collect(Collectors.toSet());
  }

  private static TestPostgres started(TestDirectory directory, int major) {
    return TestPostgres.startIn(
        directory,
        TestPostgres.embedded(major),
        TestClusterOptions.defaults()
            .named("a")
            .walSegmentMegabytes(1)
            .setting("min_wal_size = 2MB")
            .setting("wal_keep_size = 0"));
  }

  /** Node 2, a copy of the stopped server, which follows it. */
  private static TestPostgres follower(TestPostgres primary, int major) {
    TestDirectory directory = primary.directory();
    primary.stop();
    TestPostgres standby = TestPostgres.existing(directory, TestPostgres.embedded(major), "b");
    directory.run("cp", "-a", primary.pgdata().toString(), standby.pgdata().toString());
    directory.run("touch", standby.pgdata().resolve("standby.signal").toString());
    directory.run(
        "rm", "-rf", standby.pgdata().resolve("pg_replslot").resolve("holdfast_2").toString());
    standby.configure(
        "primary_conninfo = 'host=%s port=%d user=postgres application_name=node_2'"
            .formatted(primary.socketDirectory(), primary.port()),
        "wal_receiver_status_interval = 1s");
    primary.start();
    return standby.start();
  }

  private static void write(TestPostgres primary, int segments) {
    for (int segment = 0; segment < segments; segment++) {
      primary.sql("select pg_logical_emit_message(false, 'test', 'x')::text");
      primary.sql("select pg_switch_wal()::text");
    }
    primary.checkpoint();
    primary.sql("select pg_logical_emit_message(true, 'test', 'x')::text");
  }

  private static void await(TestPostgres postgres, String condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!postgres.sql("select (" + condition + ")::text").equals("true")) {
      assertThat(System.nanoTime() - deadline).as(condition).isNegative();
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  private static Lsn at(TestPostgres postgres, int node) {
    return slots(postgres).get(node).restart().orElseThrow();
  }

  /** Whether the server still has what a node needs that goes on at a position. */
  private static boolean has(TestPostgres postgres, Lsn from) {
    String segment = "lpad(to_hex(('" + from + "'::pg_lsn - '0/0')::bigint / (1 << 20)), 8, '0')";
    return postgres
        .sql(
            "select (count(*) > 0)::text from pg_ls_waldir() where right(name, 8) = "
                + segment
                + " and length(name) = 24")
        .equals("true");
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 18})
  void walThatANodeNeedsIsThereOnThePrimaryAndOnAStandbyThatIsPromoted(int major) {
    try (TestDirectory directory = TestDirectory.create();
        TestPostgres primary = started(directory, major)) {
      onPrimary(primary, 2, 3);
      assertThat(slots(primary)).containsOnlyKeys(2, 3);
      Lsn left = at(primary, 3);
      try (TestPostgres standby = follower(primary, major)) {
        onStandby(standby, slots(primary), 1, 3);
        Lsn here = at(standby, 3);

        for (int round = 0; round < 3; round++) {
          write(primary, 4);
          await(
              primary,
              "select min(flush_lsn) = pg_current_wal_flush_lsn() from pg_stat_replication");
          onPrimary(primary, 2, 3);
          String end = primary.sql("select pg_current_wal_flush_lsn()::text");
          await(standby, "pg_last_wal_replay_lsn() >= '" + end + "'");
          standby.checkpoint();
          onStandby(standby, slots(primary), 1, 3);
        }
        // Node 2 has all of it; node 3 is away.
        String redo = primary.sql("select redo_lsn::text from pg_control_checkpoint()");
        assertThat(at(primary, 2)).isEqualTo(Lsn.parse(redo)).isGreaterThan(left);
        assertThat(at(primary, 3)).isEqualTo(left);
        assertThat(has(primary, left)).isTrue();
        assertThat(at(standby, 3)).isEqualTo(here);
        assertThat(has(standby, here)).isTrue();
        // The primary, if it is rewound, goes on at the standby's restart point.
        String restart = standby.sql("select redo_lsn::text from pg_control_checkpoint()");
        assertThat(at(standby, 1)).isEqualTo(Lsn.parse(restart)).isGreaterThan(here);
        Lsn former = at(standby, 1);

        primary.kill9();
        standby.sql("select pg_promote()");
        for (int round = 0; round < 3; round++) {
          write(standby, 4);
          onPrimary(standby, 1, 3);
        }
        assertThat(List.of(at(standby, 1), at(standby, 3))).containsExactly(former, here);
        assertThat(List.of(has(standby, former), has(standby, here))).containsExactly(true, true);
        // When it is dropped nothing keeps it.
        onPrimary(standby, 1);
        write(standby, 4);
        write(standby, 4);
        assertThat(slots(standby)).containsOnlyKeys(1);
        assertThat(has(standby, here)).isFalse();
      }
    }
    assertThat(said).noneMatch(line -> line.contains("anew"));
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 18})
  void aSlotThatHasLostItsWalIsMadeAnewAndThePrimaryLivesOn(int major) {
    try (TestDirectory directory = TestDirectory.create();
        TestPostgres primary = started(directory, major)) {
      primary.configure("max_slot_wal_keep_size = 3MB");
      primary.restart();
      onPrimary(primary, 2);
      Lsn before = at(primary, 2);
      write(primary, 10);
      write(primary, 10);
      assertThat(slots(primary).get(2).lost()).isTrue();
      assertThat(has(primary, before)).isFalse();
      onPrimary(primary, 2);
      assertThat(slots(primary).get(2).lost()).isFalse();
      assertThat(at(primary, 2)).isGreaterThan(before);
      assertThat(said.getLast()).contains("holdfast_2 anew: it has lost WAL");
    }
  }

  @Test
  void aSlotThatIsAheadOfItsNodeIsMadeAnewWhereThatHelps() {
    try (TestDirectory directory = TestDirectory.create();
        TestPostgres server = started(directory, 18)) {
      onPrimary(server, 2, 3);
      Lsn need = at(server, 3);
      write(server, 2);
      server.sql("select pg_replication_slot_advance('holdfast_3', pg_current_wal_flush_lsn())");
      Map<Integer, Slot> there = Map.of(3, new Slot(3, Optional.of(need), false, false));
      Lsn ahead = at(server, 3);
      onStandby(server, there, 1, 3);
      String redo = server.sql("select redo_lsn::text from pg_control_checkpoint()");
      assertThat(at(server, 3)).isEqualTo(Lsn.parse(redo)).isLessThan(ahead);
      assertThat(said)
          .anySatisfy(
              line -> assertThat(line).contains("holdfast_3 anew", "node 3 may need " + need));
      // Further back than that is nothing to be had.
      said.clear();
      onStandby(server, there, 1, 3);
      assertThat(said).isEmpty();
    }
  }

  @Test
  void slotsOfOthersAreLeftAlone() {
    try (TestDirectory directory = TestDirectory.create();
        TestPostgres server = started(directory, 13)) {
      server.configure("wal_level = logical");
      server.restart();
      List<String> others = List.of("holdfast_copy_5", "holdfast_02", "mine", "node_2");
      others.forEach(name ->
          server.sql("select pg_create_physical_replication_slot('" + name + "', true)::text"));
      server.sql("select pg_create_logical_replication_slot('holdfast_7', 'pgoutput')::text");
      onPrimary(server, 2, 3);
      onPrimary(server, 3);
      assertThat(
              server.sql(
                  "select string_agg(slot_name, ' ' order by slot_name)"
                      + " from pg_replication_slots"))
          .isEqualTo("holdfast_02 holdfast_3 holdfast_7 holdfast_copy_5 mine node_2");
    }
  }

  @Test
  void oneThatCannotBeMadeKeepsNoOtherFromBeingMoved() {
    try (TestDirectory directory = TestDirectory.create();
        TestPostgres server = started(directory, 18)) {
      server.configure("max_replication_slots = 2");
      server.restart();
      onPrimary(server, 2);
      server.sql("select pg_create_physical_replication_slot('mine')::text");
      Lsn before = at(server, 2);
      write(server, 2);
      write(server, 2);
      Map<Integer, Slot> there =
          Map.of(2, new Slot(2, Optional.of(before.plus(1 << 20)), false, false));
      assertThatThrownBy(() -> onStandby(server, there, 1, 2, 3))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining("all replication slots are in use");
      assertThat(at(server, 2)).isEqualTo(before.plus(1 << 20));
    }
  }

  @Test
  void goesNoFurtherThanTheLastCheckpointThatTheNodeHas() {
    Checkpoint last = new Checkpoint(new Lsn(50), new Lsn(40));
    assertThat(SlotUpkeep.goal(new Lsn(51), last)).hasValue(new Lsn(40));
    assertThat(SlotUpkeep.goal(new Lsn(50), last)).isEmpty();
    assertThat(SlotUpkeep.goal(new Lsn(40), last)).isEmpty();
    assertThat(SlotUpkeep.goal(new Lsn(39), last)).hasValue(new Lsn(39));
  }

  @Test
  void slotsAreBoundedUnlessSomebodyHasChosenOtherwise() throws Exception {
    try (TestDirectory directory = TestDirectory.create();
        TestPostgres server = started(directory, 18)) {
      SlotBound bound = new SlotBound(server.pgdata());
      // A server that does not read the file is not bounded by it.
      assertThat(kept(bound, server, 5 << 20)).isFalse();
      assertThat(kept(bound, server, 5 << 20)).isFalse();
      server.configure("include_if_exists = '" + SlotBound.FILE + "'");
      server.restart();
      String shown = "current_setting('max_slot_wal_keep_size')";
      assertThat(server.sql("show max_slot_wal_keep_size")).isEqualTo("5MB");
      assertThat(kept(bound, server, 5 << 20)).isTrue();
      assertThat(kept(bound, server, (6 << 20) + 1)).isFalse();
      await(server, shown + " = '7MB'");

      server.sql("alter system set max_slot_wal_keep_size = '-1'");
      server.sql("select pg_reload_conf()");
      assertThat(kept(bound, server, 5 << 20)).isFalse();
      assertThat(kept(bound, server, 5 << 20)).isTrue();
      await(server, shown + " = '-1'");
      assertThat(Files.readString(server.pgdata().resolve(SlotBound.FILE))).isEmpty();
    }
  }

  private static boolean kept(SlotBound bound, TestPostgres server, long bytes) {
    try (ReplicationSession session = session(server)) {
      NodeSlots slots = session.slots();
      boolean kept = bound.keep(slots, bytes);
      giveAway(server);
      return kept;
    }
  }

  /** A keeper is the server's user; a test that is root makes files which that one cannot read. */
  private static void giveAway(TestPostgres server) {
    Path file = server.pgdata().resolve(SlotBound.FILE);
    ExternalProgram.run(
            List.of("chown", server.owner().name(), file.toString()), Map.of(), PATIENCE)
        .orThrow("give " + file + " away");
    server.sql("select pg_reload_conf()");
  }
}
