package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;

/** A monitor that runs. */
public final class Monitor implements AutoCloseable {
  private final MonitorServer server;
  private final CompletableFuture<HoldfastException> failure;
  private final List<Runnable> ends;

  private Monitor(
      MonitorServer server, CompletableFuture<HoldfastException> failure, List<Runnable> ends) {
    this.server = server;
    this.failure = failure;
    this.ends = ends;
  }

  /**
   * Takes up what an earlier monitor left, and listens.
   *
   * @param listen a loopback address, see {@link ListenAddress}; port 0 for any that is free
   * @param path the directory of the state, made where it is not there
   * @param wall the time that events show
   * @throws HoldfastException lock-acquire (50) when another monitor has the directory;
   *     file-invalid (28), version-not-supported (46) when a state cannot be used; file-write (64);
   *     host-connect (49) when it cannot listen there
   */
  public static Monitor start(InetSocketAddress listen, Path path, Clock wall, MonitorNews news) {
    return start(listen, path, wall, news, Optional.empty());
  }

  /**
   * The same, with TLS.
   *
   * @param listen any address; a loopback one when there are no credentials
   * @param credentials what it shows, and whose certificates it believes
   * @throws HoldfastException also crypto (95) when its own certificate is not valid
   */
  public static Monitor start(
      InetSocketAddress listen,
      Path path,
      Clock wall,
      MonitorNews news,
      Optional<WatchedCredentials> credentials) {
    credentials.ifPresent(Monitor::checkOwn);
    StateDirectory directory = StateDirectory.open(path);
    try {
      refuseReplicated(path);
      Clusters clusters = new Clusters(new Surroundings(directory, news, wall, clock()));
      try {
        return new Monitor(
            MonitorServer.open(listen, new SoleAuthority(clusters), MemberDesk.NONE, credentials),
            new CompletableFuture<>(),
            List.of(clusters::close, directory::close));
      } catch (HoldfastException e) {
        clusters.close();
        throw e;
      }
    } catch (HoldfastException e) {
      directory.close();
      throw e;
    }
  }

  private static void checkOwn(WatchedCredentials credentials) {
    credentials.current().own().checkDates("the monitor's", credentials.now());
  }

  private static void refuseReplicated(Path path) {
    Path replica = replica(path);
    if (Files.exists(StoredMember.file(replica))) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "the monitor of '"
              + path
              + "' is one of several: what they decided is in '"
              + replica
              + "'",
          "Start it with the monitor-id and the monitor-peer that it had.");
    }
  }

  private static Path replica(Path path) {
    return path.resolve("replica");
  }

  /**
   * Starts one of several monitors that agree on what they decide; listens where its name's place
   * is.
   *
   * @param path the directory of the state, made where it is not there
   * @param wall the time that events show
   * @param credentials what it shows, and whose certificates it believes; without them all of the
   *     monitors are on this host
   * @throws HoldfastException as the other one, path-missing (73) when its log is gone, and access
   *     (105) when its certificate is not a monitor's
   */
  public static Monitor start(
      InetSocketAddress listen,
      MonitorPeers peers,
      Path path,
      Clock wall,
      MonitorNews news,
      Optional<WatchedCredentials> credentials) {
    credentials.ifPresent(Monitor::checkOwn);
    credentials.ifPresent(watched -> watched.current().own().checkMonitor("this monitor's"));
    StateDirectory directory = StateDirectory.open(path);
    try {
      Replication replication =
          new Replication(
              replica(path),
              peers,
              new Predecessor(directory, path),
              credentials,
              news,
              wall,
              clock());
      try {
        MonitorServer server = MonitorServer.open(listen, replication, replication, credentials);
        try {
          replication.start();
          return new Monitor(
              server, replication.failure(), List.of(replication::close, directory::close));
        } catch (HoldfastException e) {
          server.close();
          throw e;
        }
      } catch (HoldfastException e) {
        replication.close();
        throw e;
      }
    } catch (HoldfastException e) {
      directory.close();
      throw e;
    }
  }

  private static LongSupplier clock() {
    long origin = System.nanoTime();
    return () -> System.nanoTime() - origin;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.address();
  }

  /**
   * Waits until it cannot go on, which a monitor by itself always can.
   *
   * @return why not
   */
  public HoldfastException awaitFailure() throws InterruptedException {
    try {
      return failure.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Ends it; whoever waits for an answer loses the connection. */
  @Override
  public void close() {
    ends.getFirst().run();
    server.close();
    ends.getLast().run();
  }
}
