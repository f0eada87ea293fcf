package dev.holdfast.postgres.session;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.SocketFactory;
import org.postgresql.ssl.LibPQFactory;
import org.postgresql.util.PSQLException;

/**
 * Keeps hold of the socket through which the JDBC driver connects, or of the encrypted one that the
 * driver puts on top of it. The driver makes these factories itself, by their names, on the thread
 * that connects.
 */
public final class WireCapture {
  /** Where a socket is kept: bound while a {@link WireSession} connects. */
  static final ScopedValue<AtomicReference<Socket>> HELD = ScopedValue.newInstance();

  private WireCapture() {}

  private static Socket hold(Socket socket) {
    HELD.get().set(socket);
    return socket;
  }

  /** The driver's {@code socketFactory}. */
  public static final class Plain extends SocketFactory {
    private final SocketFactory sockets;

    /**
     * Called by the driver, by reflection.
     *
     * @param path of a Unix socket, as {@link UnixSocketFactory} takes it; empty for TCP
     */
    public Plain(String path) {
      this.sockets = path.isEmpty() ? SocketFactory.getDefault() : new UnixSocketFactory(path);
    }

    @Override
    public Socket createSocket() throws IOException {
      return hold(sockets.createSocket());
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
      return hold(sockets.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
        throws IOException {
      return hold(sockets.createSocket(host, port, localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
      return hold(sockets.createSocket(host, port));
    }

    @Override
    public Socket createSocket(
        InetAddress address, int port, InetAddress localAddress, int localPort) throws IOException {
      return hold(sockets.createSocket(address, port, localAddress, localPort));
    }
  }

  /** The driver's {@code sslfactory}: its own, which treats certificates as libpq does. */
  public static final class Encrypted extends LibPQFactory {
    /** Called by the driver, by reflection. */
    public Encrypted(Properties properties) throws PSQLException {
      super(properties);
    }

    @Override
    public Socket createSocket(Socket plain, String host, int port, boolean autoClose)
        throws IOException {
      return hold(super.createSocket(plain, host, port, autoClose));
    }
  }
}
