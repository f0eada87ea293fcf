package dev.holdfast.postgres.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Both directions of a connected channel as streams. Reads wait with a timeout only once one was
 * set: that needs a selector, which most connections never do.
 */
final class UnixSocketStreams {
  static final int BUFFER_BYTES = 212_992;

  private final SocketChannel channel;
  private volatile int timeoutMillis;
  private @Nullable Selector readable;
  private @Nullable Selector writable;

  UnixSocketStreams(SocketChannel channel) {
    this.channel = channel;
  }

  void timeout(int millis) throws SocketException {
    try {
      if (millis > 0 && readable == null) {
        channel.configureBlocking(false);
        readable = Selector.open();
        channel.register(readable, SelectionKey.OP_READ);
        writable = Selector.open();
        channel.register(writable, SelectionKey.OP_WRITE);
      }
    } catch (IOException e) {
      SocketException wrapped = new SocketException("unable to set a timeout: " + e.getMessage());
      wrapped.initCause(e);
      throw wrapped;
    }
    timeoutMillis = millis;
  }

  void close() throws IOException {
    if (readable != null) {
      readable.close();
    }
    if (writable != null) {
      writable.close();
    }
  }

  InputStream input() {
    return new Input();
  }

  OutputStream output() {
    return new Output();
  }

  private static void await(Selector selector, int millis) throws IOException {
    selector.selectedKeys().clear();
    if (selector.select(millis) == 0) {
      if (Thread.currentThread().isInterrupted()) {
        throw new SocketException("interrupted");
      }
      if (millis > 0) {
        throw new SocketTimeoutException("no answer within " + millis + " ms");
      }
    }
  }

  private final class Input extends InputStream {
    private final byte[] one = new byte[1];

    @Override
    public int read() throws IOException {
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
      while (true) {
        int count = channel.read(buffer);
        if (count != 0) {
          return count;
        }
        if (readable != null) {
          await(readable, timeoutMillis);
        }
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private final class Output extends OutputStream {
    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
      while (buffer.hasRemaining()) {
        if (channel.write(buffer) == 0 && writable != null) {
          await(writable, 0);
        }
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
