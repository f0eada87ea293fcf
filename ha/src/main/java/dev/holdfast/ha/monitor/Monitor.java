package dev.holdfast.ha.monitor;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** A monitor that runs. */
public final class Monitor implements AutoCloseable {
  private final StateDirectory directory;
  private final Clusters clusters;
  private final MonitorServer server;

  private Monitor(StateDirectory directory, Clusters clusters, MonitorServer server) {
    this.directory = directory;
    this.clusters = clusters;
    this.server = server;
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
    credentials.ifPresent(
        watched -> watched.current().own().checkDates("the monitor's", watched.now()));
    StateDirectory directory = StateDirectory.open(path);
    try {
      long origin = System.nanoTime();
      Clusters clusters =
          new Clusters(new Surroundings(directory, news, wall, () -> System.nanoTime() - origin));
      try {
        return new Monitor(directory, clusters, MonitorServer.open(listen, clusters, credentials));
      } catch (HoldfastException e) {
        clusters.close();
        throw e;
      }
    } catch (HoldfastException e) {
      directory.close();
      throw e;
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.address();
  }

  /** Ends it; whoever waits for an answer loses the connection. */
  @Override
  public void close() {
    clusters.close();
    server.close();
    directory.close();
  }
}
