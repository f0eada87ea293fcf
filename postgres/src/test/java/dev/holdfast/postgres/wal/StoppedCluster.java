package dev.holdfast.postgres.wal;

import static dev.holdfast.postgres.ClusterSandbox.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.domain.TimelineHistory.Ancestor;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.postgres.ClusterSandbox;
import dev.holdfast.postgres.process.ClusterProcesses;
import dev.holdfast.postgres.process.LocalCluster;
import dev.holdfast.postgres.process.StopMode;
import dev.holdfast.postgres.session.Connector;
import dev.holdfast.postgres.session.Queries;
import dev.holdfast.postgres.session.SessionTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A cluster that a test writes to, stops in some way, and lets PostgreSQL judge. */
final class StoppedCluster {
  private final ClusterSandbox sandbox;
  private final LocalCluster cluster;

  private final int segmentMegabytes;

  private StoppedCluster(ClusterSandbox sandbox, LocalCluster cluster, int segmentMegabytes) {
    this.sandbox = sandbox;
    this.cluster = cluster;
    this.segmentMegabytes = segmentMegabytes;
  }

  /** A running primary with segments of 1 MiB, of which it keeps a few recycled ones. */
  static StoppedCluster start(ClusterSandbox sandbox, int major) {
    return start(sandbox, major, 1);
  }

  static StoppedCluster start(ClusterSandbox sandbox, int major, int segmentMegabytes) {
    LocalCluster cluster = sandbox.create(major, "--wal-segsize=" + segmentMegabytes);
    cluster.configure(
        """
        wal_level = replica
        max_wal_senders = 4
        autovacuum = off
        shared_buffers = 16MB
        min_wal_size = %dMB
        max_wal_size = %dMB
        checkpoint_timeout = 1h
        wal_retrieve_retry_interval = 100ms
        """
            .formatted(24 * segmentMegabytes, 64 * segmentMegabytes));
    cluster.start(PATIENCE);
    StoppedCluster started = new StoppedCluster(sandbox, cluster, segmentMegabytes);
    started.run("create table load (id bigserial primary key, filler text)");
    return started;
  }

  /**
   * A streaming standby, from a copy of this cluster, which is stopped for it and started again.
   */
  StoppedCluster standby(String name) {
    stop();
    StoppedCluster standby = copy(name);
    standby.signal();
    standby.cluster.configure(
        "primary_conninfo = 'host=%s port=%d user=postgres'"
            .formatted(cluster.place().sockets(), cluster.place().port()));
    cluster.start(PATIENCE);
    standby.cluster.start(PATIENCE);
    return standby;
  }

  /** A copy of the files as they are, which is not started. */
  StoppedCluster copy(String name) {
    LocalCluster copy = sandbox.existing(cluster.installation(), name);
    sandbox.run("cp", "-a", data().toString(), copy.place().data().toString());
    return new StoppedCluster(sandbox, copy, segmentMegabytes);
  }

  LocalCluster cluster() {
    return cluster;
  }

  Path data() {
    return cluster.place().data();
  }

  Path wal() {
    return data().resolve("pg_wal");
  }

  WalSegmentSize segmentSize() {
    return new WalSegmentSize(segmentMegabytes << 20);
  }

  /** The file that holds the byte at a position. */
  Path segment(Timeline timeline, Lsn at) {
    return wal().resolve(WalSegment.containing(timeline, at, segmentSize()).toString());
  }

  SessionTarget target() {
    return new SessionTarget(
        cluster.place().sockets().toString(), cluster.place().port(), "postgres", "postgres");
  }

  /** Runs commands without a result. */
  void run(String sql) {
    try (Connection connection = connect()) {
      new Queries(connection, PATIENCE).run(sql);
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
  }

  /** The only value of a query. */
  String text(String sql) {
    try (Connection connection = connect()) {
      return new Queries(connection, PATIENCE).text(sql);
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
  }

  Connection connect() {
    return Connector.connect(target(), PATIENCE, Map.of());
  }

  Lsn lsn(String function) {
    return Lsn.parse(text("select " + function + "::text"));
  }

  void stop() {
    cluster.stop(StopMode.FAST, PATIENCE);
  }

  /**
   * Writes without an end on several sessions, and kills the server in the middle.
   *
   * @param bytes of WAL to let it write before
   */
  void killUnderLoad(long bytes) {
    Lsn enough = lsn("pg_current_wal_insert_lsn()").plus(bytes);
    List<Thread> writers =
        IntStream.range(0, 3)
            .mapToObj(_ -> Thread.ofVirtual().start(this::writeUntilKilled))
            .toList();
    await(() -> lsn("pg_current_wal_insert_lsn()").compareTo(enough) >= 0);
    kill();
    for (Thread writer : writers) {
      await(() -> !writer.isAlive());
    }
  }

  private void writeUntilKilled() {
    try (Connection connection = connect()) {
      Queries queries = new Queries(connection, PATIENCE);
      while (true) {
        queries.run(
            "insert into load (filler) select repeat(md5(random()::text), (random() * 60)::int)"
                + " from generate_series(1, 20)");
        queries.text("select pg_logical_emit_message(false, 'load', repeat('x', 20000))::text");
      }
    } catch (SQLException | HoldfastException e) {
      // The kill is what ends this.
    }
  }

  void kill() {
    cluster.kill();
    await(() -> new ClusterProcesses(data()).running().isEmpty());
  }

  /** Makes it a standby that nobody feeds: it recovers what it has, and waits. */
  void signal() {
    try {
      Path signal = data().resolve("standby.signal");
      if (!Files.exists(signal)) {
        sandbox.owner().own(Files.createFile(signal));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Takes that back. */
  void unsignal() {
    try {
      Files.deleteIfExists(data().resolve("standby.signal"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * PostgreSQL's own verdict: it recovers as a standby without an upstream, is promoted, and its
   * new history says where the WAL that it had ended. The promotion waits for the end of what is in
   * pg_wal.
   */
  TimelineHistory verdict() {
    signal();
    cluster.configure("primary_conninfo = ''");
    cluster.start(PATIENCE);
    cluster.promote(PATIENCE);
    long timeline =
        Long.parseLong(
            text(
                "select ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)"
                    + "::bigint::text"));
    cluster.kill();
    Timeline last = new Timeline(timeline);
    try {
      return TimelineHistory.parse(last, Files.readString(wal().resolve(last.historyFileName())));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Expects that PostgreSQL recovers up to there, on that timeline. */
  void expectVerdict(WalEnd end) {
    List<Ancestor> expected = new ArrayList<>(end.history().ancestors());
    expected.add(new Ancestor(end.history().timeline(), end.lsn()));
    assertThat(verdict().ancestors()).isEqualTo(expected);
  }

  /** Segments behind the end, whose files are there already. */
  List<String> segmentsBehind(WalEnd end) {
    WalSegment last = WalSegment.endingAt(end.history().timeline(), end.lsn(), segmentSize());
    try (Stream<Path> files = Files.list(wal())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(WalSegment::isName)
          .filter(name -> WalSegment.parse(name).compareTo(last) > 0)
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  void flip(Timeline timeline, Lsn at, int bit) {
    try (FileChannel file =
        FileChannel.open(
            segment(timeline, at), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      long offset = at.value() & segmentSize().bytes() - 1;
      file.read(one, offset);
      one.put(0, (byte) (one.get(0) ^ 1 << bit)).flip();
      file.write(one, offset);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Writes zeros from a position to the end of its segment. */
  void zero(Timeline timeline, Lsn from) {
    try (FileChannel file = FileChannel.open(segment(timeline, from), StandardOpenOption.WRITE)) {
      long offset = from.value() & segmentSize().bytes() - 1;
      file.write(ByteBuffer.allocate((int) (segmentSize().bytes() - offset)), offset);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("nanoseconds over the time").isNegative();
      Thread.onSpinWait();
    }
  }
}
