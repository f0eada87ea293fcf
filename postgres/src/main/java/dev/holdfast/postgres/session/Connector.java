package dev.holdfast.postgres.session;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** Makes connections as libpq would with the same settings. */
public final class Connector {
  private Connector() {}

  /**
   * Connects.
   *
   * @param timeout how long it may take
   * @param environment libpq's variables
   * @throws HoldfastException db-connect (56)
   */
  public static Connection connect(
      SessionTarget target, Duration timeout, Map<String, String> environment) {
    Properties properties = new Properties();
    properties.setProperty(PGProperty.ASSUME_MIN_SERVER_VERSION.getName(), "13");
    return connect(target, timeout, environment, properties);
  }

  /**
   * Connects, and waits for no answer longer than that: a server that stands still ends the session
   * and not whoever asks.
   *
   * @see #connect(SessionTarget, Duration, Map)
   */
  public static Connection connectImpatiently(
      SessionTarget target, Duration timeout, Map<String, String> environment) {
    Properties properties = new Properties();
    properties.setProperty(PGProperty.ASSUME_MIN_SERVER_VERSION.getName(), "13");
    properties.setProperty(
        PGProperty.SOCKET_TIMEOUT.getName(), Long.toString(Math.max(1, timeout.toSeconds())));
    return connect(target, timeout, environment, properties);
  }

  /**
   * Connects through a pooler, which refuses parameters at the start of a session that PostgreSQL
   * takes.
   *
   * @see #connect(SessionTarget, Duration, Map)
   */
  public static Connection connectThroughPooler(
      SessionTarget target, Duration timeout, Map<String, String> environment) {
    return connect(target, timeout, environment, new Properties());
  }

  /**
   * Connects to a pooler's own console, which knows few commands, and none that the driver sends to
   * an old server, which it takes it for.
   *
   * @see #connect(SessionTarget, Duration, Map)
   */
  public static Connection connectToConsole(
      SessionTarget target, Duration timeout, Map<String, String> environment) {
    Properties properties = new Properties();
    // What the driver takes from it here is only to send nothing by itself.
    properties.setProperty(PGProperty.REPLICATION.getName(), "database");
    return connect(target, timeout, environment, properties);
  }

  /**
   * Connects for physical replication, through the sockets that {@link WireCapture} holds.
   *
   * @see #connect(SessionTarget, Duration, Map)
   */
  static Connection connectForReplication(
      SessionTarget target, String application, Duration timeout, Map<String, String> environment) {
    Properties properties = new Properties();
    properties.setProperty(PGProperty.ASSUME_MIN_SERVER_VERSION.getName(), "13");
    properties.setProperty(PGProperty.REPLICATION.getName(), "true");
    properties.setProperty(PGProperty.APPLICATION_NAME.getName(), application);
    properties.setProperty(PGProperty.SOCKET_FACTORY.getName(), WireCapture.Plain.class.getName());
    properties.setProperty(PGProperty.SOCKET_FACTORY_ARG.getName(), "");
    properties.setProperty(PGProperty.SSL_FACTORY.getName(), WireCapture.Encrypted.class.getName());
    return connect(target, timeout, environment, properties);
  }

  private static Connection connect(
      SessionTarget target,
      Duration timeout,
      Map<String, String> environment,
      Properties properties) {
    String host = target.host(environment);
    String role = target.role(environment);
    properties.setProperty(PGProperty.USER.getName(), role);
    properties.setProperty(PGProperty.PG_PORT.getName(), Integer.toString(target.port()));
    String password = PasswordFile.find(environment, host, target.port(), target.database(), role);
    if (password != null) {
      properties.setProperty(PGProperty.PASSWORD.getName(), password);
    }
    properties.setProperty(PGProperty.GSS_ENC_MODE.getName(), "disable");
    properties.setProperty(PGProperty.PREFER_QUERY_MODE.getName(), "simple");
    properties.setProperty(
        PGProperty.CONNECT_TIMEOUT.getName(), Long.toString(Math.max(1, timeout.toSeconds())));
    if (host.startsWith("/")) {
      properties.setProperty(PGProperty.PG_HOST.getName(), "localhost");
      properties.setProperty(PGProperty.SSL_MODE.getName(), "disable");
      properties.putIfAbsent(
          PGProperty.SOCKET_FACTORY.getName(), UnixSocketFactory.class.getName());
      properties.setProperty(
          PGProperty.SOCKET_FACTORY_ARG.getName(), Path.of(host, target.socketName()).toString());
    } else {
      properties.setProperty(PGProperty.PG_HOST.getName(), host);
      properties.setProperty(
          PGProperty.SSL_MODE.getName(), environment.getOrDefault("PGSSLMODE", "prefer"));
      properties.setProperty(PGProperty.TCP_KEEP_ALIVE.getName(), "true");
    }
    return connect(target, host, role, properties);
  }

  private static Connection connect(
      SessionTarget target, String host, String role, Properties properties) {
    try {
      // The driver itself, since DriverManager looks through the whole class path for others.
      String database = URLEncoder.encode(target.database(), StandardCharsets.UTF_8);
      // In the URL: without a database there, the driver takes the role's name for it.
      Connection connection = new Driver().connect("jdbc:postgresql:" + database, properties);
      if (connection == null) {
        throw new HoldfastException(ErrorCode.ASSERT, "the JDBC driver refused its own URL");
      }
      return connection;
    } catch (SQLException e) {
      throw new HoldfastException(
          ErrorCode.DB_CONNECT,
          "unable to connect to the database '"
              + target.database()
              + "' as '"
              + role
              + "' at '"
              + host
              + "' port "
              + target.port()
              + ": "
              + reason(e),
          e,
          "Is PostgreSQL running, and do pg-port, pg-socket-path and pg-user fit it?");
    }
  }

  private static String reason(SQLException e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String detail = cause == e ? "" : " (" + cause.getMessage() + ")";
    return e.getMessage() + detail;
  }

  /**
   * Ends a session.
   *
   * @throws HoldfastException db-connect (56)
   */
  public static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new HoldfastException(
          ErrorCode.DB_CONNECT, "unable to close the session: " + e.getMessage(), e);
    }
  }

  /**
   * Closes a connection that cannot be used; what goes wrong then only explains the first error.
   */
  public static void abandon(Connection connection, HoldfastException reason) {
    try {
      connection.close();
    } catch (SQLException e) {
      reason.addSuppressed(e);
    }
  }
}
