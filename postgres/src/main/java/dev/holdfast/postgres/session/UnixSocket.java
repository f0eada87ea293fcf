package dev.holdfast.postgres.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A Unix socket in the shape of {@link Socket}, which the JDBC driver wants and the JDK does not
 * give for Unix sockets.
 *
 * <p>TCP's options are taken and mean nothing.
 */
final class UnixSocket extends Socket {
  private final Path path;
  private final SocketChannel channel;
  private @Nullable UnixSocketStreams streams;
  private int timeoutMillis;

  UnixSocket(Path path) throws IOException {
    super((SocketImpl) null);
    this.path = path;
    this.channel = SocketChannel.open(StandardProtocolFamily.UNIX);
  }

  /** Connects to the path; the address that the driver made of a host and a port is not used. */
  @Override
  public void connect(SocketAddress ignored, int timeout) throws IOException {
    channel.connect(UnixDomainSocketAddress.of(path));
    streams = new UnixSocketStreams(channel);
    streams.timeout(timeoutMillis);
  }

  @Override
  public void connect(SocketAddress ignored) throws IOException {
    connect(ignored, 0);
  }

  private UnixSocketStreams streams() throws SocketException {
    if (streams == null) {
      throw new SocketException("not connected");
    }
    return streams;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return streams().input();
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return streams().output();
  }

  @Override
  public SocketChannel getChannel() {
    return channel;
  }

  @Override
  public void setSoTimeout(int timeout) throws SocketException {
    timeoutMillis = timeout;
    if (streams != null) {
      streams.timeout(timeout);
    }
  }

  @Override
  public int getSoTimeout() {
    return timeoutMillis;
  }

  @Override
  public boolean isConnected() {
    return channel.isConnected();
  }

  @Override
  public boolean isBound() {
    return channel.isConnected();
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    channel.close();
    if (streams != null) {
      streams.close();
    }
  }

  @Override
  public void shutdownInput() throws IOException {
    channel.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void setTcpNoDelay(boolean on) {
    // There is no such thing on a Unix socket.
  }

  @Override
  public boolean getTcpNoDelay() {
    return true;
  }

  @Override
  public void setKeepAlive(boolean on) {
    // The kernel knows at once when the other end is gone.
  }

  @Override
  public boolean getKeepAlive() {
    return false;
  }

  @Override
  public void setSendBufferSize(int size) {
    // The kernel's default is what libpq uses too.
  }

  @Override
  public int getSendBufferSize() {
    return UnixSocketStreams.BUFFER_BYTES;
  }

  @Override
  public void setReceiveBufferSize(int size) {
    // The kernel's default is what libpq uses too.
  }

  @Override
  public int getReceiveBufferSize() {
    return UnixSocketStreams.BUFFER_BYTES;
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
