package dev.holdfast.postgres.wal;

import static dev.holdfast.postgres.ClusterSandbox.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.domain.TimelineHistory.Ancestor;
import dev.holdfast.postgres.ClusterSandbox;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.postgres.control.WalHeader;
import dev.holdfast.postgres.session.Queries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every end is compared with what PostgreSQL makes of the same directory. */
final class WalEndTest {
  private static final Timeline ONE = new Timeline(1);
  private static final Timeline TWO = new Timeline(2);
  private static final TimelineHistory FIRST = new TimelineHistory(ONE, List.of());

  private static void writeBigRecord(StoppedCluster cluster) {
    // The commit flushes what the message alone would not.
    cluster.run(
        "do $$ begin perform pg_logical_emit_message(false, 'big', repeat('x', 2500000));"
            + " insert into load (filler) values ('behind the big record'); end $$");
  }

  private static void refuses(Path data, ErrorCode code, String text) {
    assertThatThrownBy(() -> WalEnd.of(data))
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e).hasMessageContaining(text);
            });
  }

  /** Segments of 16 and 64 MiB have no recycled ones behind them in a test of this size. */
  @ParameterizedTest
  @CsvSource({"13,1", "14,16", "15,1", "16,64", "17,1", "18,1"})
  void isWhereRecoveryOfAKilledPrimaryEnds(int major, int segmentMegabytes) {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      StoppedCluster primary = StoppedCluster.start(sandbox, major, segmentMegabytes);
      if (segmentMegabytes == 1) {
        primary.run(
            "insert into load (filler)"
                + " select repeat('x', 1000) from generate_series(1, 30000)");
        primary.run("checkpoint");
        primary.run("checkpoint");
      }
      primary.killUnderLoad(3 << 20);
      WalEnd end = WalEnd.of(primary.data());
      assertThat(end.history()).isEqualTo(FIRST);
      if (segmentMegabytes == 1) {
        assertThat(primary.segmentsBehind(end))
            .anySatisfy(name ->
                assertThat(WalHeader.read(primary.wal().resolve(name), null).start())
                    .isLessThan(end.lsn()));
      }
      primary.expectVerdict(end);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 18})
  void isBehindTheCheckpointOfAShutdown(int major) {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      StoppedCluster primary = StoppedCluster.start(sandbox, major);
      primary.stop();
      PgControl control = PgControlFile.read(primary.data(), null).control();
      WalEnd end = WalEnd.of(primary.data());
      assertThat(control.redo()).isEqualTo(control.checkpoint());
      assertThat(end.lsn().minus(control.checkpoint())).isBetween(100L, 200L);
      primary.expectVerdict(end);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 18})
  void isWhatAStandbyReceivedBeforeItWasKilledOrStopped(int major) {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      StoppedCluster primary = StoppedCluster.start(sandbox, major);
      StoppedCluster standby = primary.standby("standby");
      primary.killUnderLoad(5 << 20);
      standby.kill();
      WalEnd killed = WalEnd.of(standby.data());
      assertThat(killed.history()).isEqualTo(FIRST);
      assertThat(WalEnd.of(primary.data()).lsn()).isGreaterThanOrEqualTo(killed.lsn());

      standby.cluster().start(PATIENCE);
      StoppedCluster.await(() -> standby.lsn("pg_last_wal_replay_lsn()").equals(killed.lsn()));
      standby.stop();
      assertThat(WalEnd.of(standby.data())).isEqualTo(killed);
      standby.expectVerdict(killed);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 15, 18})
  void isOnTheNewTimelineOfWhoWasPromotedAndKilledBeforeACheckpoint(int major) {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      StoppedCluster cluster = StoppedCluster.start(sandbox, major);
      cluster.killUnderLoad(2 << 20);
      WalEnd before = WalEnd.of(cluster.data());
      cluster.signal();
      assertThat(WalEnd.of(cluster.data())).isEqualTo(before);
      cluster.cluster().start(PATIENCE);
      cluster.cluster().promote(PATIENCE);
      cluster.kill();

      assertThat(PgControlFile.read(cluster.data(), null).control().timeline()).isEqualTo(ONE);
      WalEnd end = WalEnd.of(cluster.data());
      assertThat(end.history())
          .isEqualTo(new TimelineHistory(TWO, List.of(new Ancestor(ONE, before.lsn()))));
      assertThat(end.lsn()).isGreaterThan(before.lsn());
      cluster.expectVerdict(end);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 18})
  void isTheNextSegmentBehindASwitch(int major) {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      StoppedCluster primary = StoppedCluster.start(sandbox, major);
      Lsn switched = primary.lsn("pg_switch_wal()");
      primary.kill();
      WalEnd end = WalEnd.of(primary.data());
      long size = primary.segmentSize().bytes();
      assertThat(end.lsn()).isEqualTo(new Lsn((switched.value() / size + 1) * size));
      primary.expectVerdict(end);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 18})
  void endsBeforeARecordOverSegmentsOfWhichAPartIsMissingOrDamaged(int major) throws IOException {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      StoppedCluster primary = StoppedCluster.start(sandbox, major);
      Lsn before = primary.lsn("pg_current_wal_insert_lsn()");
      writeBigRecord(primary);
      primary.kill();
      WalEnd whole = WalEnd.of(primary.data());
      assertThat(whole.lsn().minus(before)).isGreaterThan(2500000);

      Lsn inside = before.plus(1200000);
      primary.flip(ONE, inside, 3);
      WalEnd damaged = WalEnd.of(primary.data());
      assertThat(damaged.lsn().minus(before)).isBetween(0L, 8192L);
      primary.flip(ONE, inside, 3);
      assertThat(WalEnd.of(primary.data())).isEqualTo(whole);

      Files.delete(primary.segment(ONE, inside));
      assertThat(WalEnd.of(primary.data())).isEqualTo(damaged);
      primary.expectVerdict(damaged);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 15, 18})
  void goesOnBehindARecordThatWasNeverCompleted(int major) throws IOException {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      StoppedCluster primary = StoppedCluster.start(sandbox, major);
      Lsn before = primary.lsn("pg_current_wal_insert_lsn()");
      writeBigRecord(primary);
      primary.kill();
      Path control = primary.data().resolve(PgControlFile.NAME);
      byte[] old = Files.readAllBytes(control);
      Files.delete(primary.segment(ONE, before.plus(2400000)));
      WalEnd torn = WalEnd.of(primary.data());

      // Crash recovery goes on writing behind the part that there is of the record.
      primary.cluster().configure("wal_keep_size = 1GB");
      primary.cluster().start(PATIENCE);
      primary.run("insert into load (filler) values ('more')");
      primary.kill();
      WalEnd after = WalEnd.of(primary.data());
      assertThat(after.lsn().minus(torn.lsn())).isGreaterThan(1 << 20);

      Files.write(control, old);
      assertThat(WalEnd.of(primary.data())).isEqualTo(after);
      primary.expectVerdict(after);
    }
  }

  @Test
  void endsBeforeALastRecordThatIsDamagedOrZeroed() throws IOException {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      StoppedCluster primary = StoppedCluster.start(sandbox, 18);
      primary.run("insert into load (filler) values ('one')");
      Lsn before = primary.lsn("pg_current_wal_insert_lsn()");
      primary.run("select pg_logical_emit_message(true, 'last', repeat('x', 300))");
      primary.kill();
      WalEnd whole = WalEnd.of(primary.data());
      Lsn last = WalEndAgainstWaldumpTest.lastRecord(primary.data());
      assertThat(last).isGreaterThan(before);
      for (Lsn at = last; at.compareTo(whole.lsn()) < 0; at = at.plus(1)) {
        int bit = (int) (at.value() % 8);
        primary.flip(ONE, at, bit);
        Lsn end = WalEnd.of(primary.data()).lsn();
        // What fills up to a multiple of 8, here and in the header, is nobody's.
        if (!end.equals(whole.lsn())) {
          assertThat(end).isEqualTo(last);
        } else {
          assertThat(at.minus(last)).isGreaterThan(24);
          assertThat(whole.lsn().minus(at)).isLessThan(8);
        }
        primary.flip(ONE, at, bit);
      }
      primary.zero(ONE, last);
      WalEnd zeroed = WalEnd.of(primary.data());
      assertThat(zeroed.lsn()).isEqualTo(last);
      primary.expectVerdict(zeroed);
    }
  }

  /**
   * Servers since 15, which read ahead, wait in front of such a page and never take connections.
   */
  @Test
  void endsBeforeAPageOfATimelineThatIsNotExpected() {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      StoppedCluster primary = StoppedCluster.start(sandbox, 18);
      Lsn before = primary.lsn("pg_current_wal_insert_lsn()");
      primary.killUnderLoad(1 << 20);
      Lsn page = new Lsn(before.plus(1 << 19).value() & -8192);
      primary.flip(ONE, page.plus(6), 0);
      WalEnd end = WalEnd.of(primary.data());
      assertThat(page.minus(end.lsn())).isBetween(0L, 3 * 8192L);
    }
  }

  @Test
  void aHistoryWithoutItsWalLeavesItOnTheTimelineThatItHas() throws IOException {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      StoppedCluster cluster = StoppedCluster.start(sandbox, 15);
      Lsn middle = cluster.lsn("pg_current_wal_insert_lsn()");
      cluster.killUnderLoad(1 << 20);
      WalEnd end = WalEnd.of(cluster.data());
      cluster.signal();
      Path history = cluster.wal().resolve(TWO.historyFileName());

      Files.writeString(history, "1\t" + end.lsn().plus(1 << 20) + "\tpromoted elsewhere\n");
      assertThat(WalEnd.of(cluster.data())).isEqualTo(end);

      Files.writeString(history, "1\t" + middle + "\tpromoted elsewhere, earlier\n");
      assertThat(WalEnd.of(cluster.data())).isEqualTo(end);

      Files.writeString(history, "1\t" + middle);
      refuses(cluster.data(), ErrorCode.FORMAT, "cut off");

      Files.writeString(history, "1\t0/100000\tpromoted elsewhere, before the checkpoint\n");
      refuses(cluster.data(), ErrorCode.FILE_INVALID, "last checkpoint");

      Files.writeString(history, "1\t" + middle + "\tpromoted elsewhere, earlier\n");
      sandbox.owner().own(history);
      // PostgreSQL takes the WAL for the newer timeline's; we know whose it is.
      assertThat(cluster.verdict().ancestors())
          .containsExactly(new Ancestor(ONE, middle), new Ancestor(TWO, end.lsn()));
    }
  }

  @Test
  void guessesNothingWhereRecoveryCouldNotStartOrWouldLoseData() throws IOException {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      StoppedCluster primary = StoppedCluster.start(sandbox, 16);
      refuses(primary.data(), ErrorCode.PG_RUNNING, "runs");
      primary.killUnderLoad(1 << 20);
      PgControl control = PgControlFile.read(primary.data(), null).control();
      Path first = primary.segment(ONE, control.redo());

      primary.flip(ONE, control.checkpoint().plus(30), 0);
      refuses(primary.data(), ErrorCode.FILE_INVALID, "no valid checkpoint");
      primary.flip(ONE, control.checkpoint().plus(30), 0);

      Path label = Files.createFile(primary.data().resolve("backup_label"));
      refuses(primary.data(), ErrorCode.FILE_INVALID, "not recovered yet");
      Files.delete(label);

      Path kept = first.resolveSibling("kept");
      Files.move(first, kept);
      refuses(primary.data(), ErrorCode.FILE_MISSING, first.getFileName().toString());
      Files.move(kept, first);

      Path pgControl = primary.data().resolve(PgControlFile.NAME);
      byte[] bytes = Files.readAllBytes(pgControl);
      bytes[100] ^= 1;
      Files.write(pgControl, bytes);
      refuses(primary.data(), ErrorCode.CHECKSUM, "pg_control");
    }
  }

  @Test
  void aStandbyWithoutWalThatItsFilesHaveSeenHasNoEnd() throws IOException {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      StoppedCluster primary = StoppedCluster.start(sandbox, 17);
      StoppedCluster standby = primary.standby("standby");
      primary.killUnderLoad(3 << 20);
      standby.stop();
      Lsn needed =
          PgControlFile.read(standby.data(), null).recovery().minRecoveryPoint().orElseThrow();
      assertThat(WalEnd.of(standby.data()).lsn()).isGreaterThanOrEqualTo(needed);
      Path last = standby.segment(ONE, needed.plus(-1));
      Lsn redo = PgControlFile.read(standby.data(), null).control().redo();
      Files.delete(last);
      // A restart point may have been made so late that recovery would begin in that segment.
      if (last.equals(standby.segment(ONE, redo))) {
        refuses(standby.data(), ErrorCode.FILE_MISSING, String.valueOf(last.getFileName()));
      } else {
        refuses(standby.data(), ErrorCode.FILE_INVALID, "minimum recovery point at " + needed);
      }
    }
  }

  @Test
  void aBackupHasNoEndBeforeItsOwnIsReplayed() throws IOException, SQLException {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      StoppedCluster primary = StoppedCluster.start(sandbox, 15);
      StoppedCluster backup;
      String label;
      try (Connection session = primary.connect()) {
        Queries queries = new Queries(session, PATIENCE);
        queries.text("select pg_backup_start('copy', true)::text");
        backup = primary.copy("backup");
        label = queries.text("select labelfile from pg_backup_stop(false)");
      }
      primary.kill();
      Files.delete(backup.data().resolve("postmaster.pid"));
      Path file = Files.writeString(backup.data().resolve("backup_label"), label);
      sandbox.owner().own(file);
      backup.signal();
      refuses(backup.data(), ErrorCode.FILE_INVALID, "not recovered yet");

      Thread start =
          Thread.ofVirtual()
              .start(() ->
                  assertThatThrownBy(() -> backup.cluster().start(PATIENCE))
                      .isInstanceOf(HoldfastException.class));
      StoppedCluster.await(() -> backup.cluster().log().contains("redo starts at"));
      backup.kill();
      StoppedCluster.await(() -> !start.isAlive());
      assertThat(file).doesNotExist();
      refuses(backup.data(), ErrorCode.FILE_INVALID, "not recovered yet");
    }
  }
}
