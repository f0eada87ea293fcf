package dev.holdfast.testkit;

import dev.holdfast.postgres.process.ClusterPlace;
import dev.holdfast.postgres.process.LocalCluster;
import dev.holdfast.postgres.session.UnixSocketFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The system's PgBouncer, with a configuration and a Unix socket in the test's directory. */
public final class TestPgbouncer implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/sbin/pgbouncer");
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(5);

  private final TestDirectory directory;
  private final Path configuration;
  private final int port;
  private final Process process;

  private TestPgbouncer(TestDirectory directory, Path configuration, int port, Process process) {
    this.directory = directory;
    this.configuration = configuration;
    this.port = port;
    this.process = process;
  }

  /**
   * Starts one, whose only user and administrator is the clusters' superuser.
   *
   * @param databases the lines of its section {@code [databases]}
   * @param settings further lines of its section {@code [pgbouncer]}
   */
  public static TestPgbouncer start(
      TestDirectory directory, List<String> databases, List<String> settings) {
    int port = ClusterPlace.freePort();
    Path users = directory.file("pgbouncer-users", "\"" + LocalCluster.SUPERUSER + "\" \"\"\n");
    String text =
        """
        [databases]
        %s

        [pgbouncer]
        listen_port = %d
        unix_socket_dir = %s
        auth_type = trust
        auth_file = %s
        admin_users = %s
        logfile = %s
        server_login_retry = 0.2
        %s
        """
            .formatted(
                String.join("\n", databases),
                port,
                directory.path(),
                users,
                LocalCluster.SUPERUSER,
                directory.resolve("pgbouncer.log"),
                String.join("\n", settings));
    Path configuration = directory.file("pgbouncer.ini", text);
    try {
      Process process =
          new ProcessBuilder(
                  directory
                      .owner()
                      .command(List.of(PROGRAM.toString(), "--quiet", configuration.toString())))
              .directory(Path.of("/").toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      TestPgbouncer pooler = new TestPgbouncer(directory, configuration, port, process);
      pooler.awaitSocket();
      return pooler;
    } catch (IOException e) {
      throw new UncheckedIOException("unable to start " + PROGRAM, e);
    }
  }

  /** The socket is there before somebody listens on it. */
  private void awaitSocket() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        socket.connect(UnixDomainSocketAddress.of(directory.resolve(".s.PGSQL." + port)));
        return;
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() - deadline > 0) {
          close();
          throw new AssertionError("PgBouncer did not start: see " + configuration, e);
        }
        LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
      }
    }
  }

  /** Its configuration. */
  public Path configuration() {
    return configuration;
  }

  /** For a client that comes over its socket, as the clusters' superuser. */
  public String url(String database) {
    return "jdbc:postgresql://localhost/"
        + database
        + "?user="
        + LocalCluster.SUPERUSER
        + "&sslmode=disable&gssEncMode=disable&preferQueryMode=simple&socketTimeout=30"
        + "&socketFactory="
        + UnixSocketFactory.class.getName()
        + "&socketFactoryArg="
        + directory.resolve(".s.PGSQL." + port);
  }

  /** A connection through it, which the caller closes. */
  public Connection connect(String database) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", LocalCluster.SUPERUSER);
    properties.setProperty("sslmode", "disable");
    properties.setProperty("gssEncMode", "disable");
    properties.setProperty("socketFactory", UnixSocketFactory.class.getName());
    properties.setProperty("socketFactoryArg", directory.resolve(".s.PGSQL." + port).toString());
    properties.setProperty("connectTimeout", "20");
    // Prepared statements would need a server of one's own.
    properties.setProperty("preferQueryMode", "simple");
    return DriverManager.getConnection("jdbc:postgresql:" + database, properties);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
