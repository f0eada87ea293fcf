package dev.holdfast.postgres.session;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import javax.net.SocketFactory;

/**
 * Lets the JDBC driver connect to a Unix socket: its property {@code socketFactory} names this
 * class and {@code socketFactoryArg} the socket's path, for example {@code
 * /var/run/postgresql/.s.PGSQL.5432}.
 */
public final class UnixSocketFactory extends SocketFactory {
  private final Path path;

  /** Called by the driver, by reflection. */
  public UnixSocketFactory(String path) {
    this.path = Path.of(path);
  }

  @Override
  public Socket createSocket() throws IOException {
    return new UnixSocket(path);
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    throw tcpOnly();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    throw tcpOnly();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    throw tcpOnly();
  }

  @Override
  public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
      throws IOException {
    throw tcpOnly();
  }

  private static IOException tcpOnly() {
    return new SocketException("a Unix socket has no host and port");
  }
}
