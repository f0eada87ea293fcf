package dev.holdfast.postgres.replication;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A port before a server that cuts the connection after so many bytes of the server's, or passes
 * nothing on from then on.
 */
final class CutWire implements AutoCloseable {
  private final ServerSocket entrance;
  private final int server;
  private final long bytes;
  private final boolean stalls;
  private final CountDownLatch stalled = new CountDownLatch(1);
  private final CountDownLatch left = new CountDownLatch(1);

  CutWire(int server, long bytes) throws IOException {
    this(server, bytes, false);
  }

  /** One whose connection stays after that, and brings nothing more. */
  static CutWire stalling(int server, long bytes) throws IOException {
    return new CutWire(server, bytes, true);
  }

  private CutWire(int server, long bytes, boolean stalls) throws IOException {
    this.stalls = stalls;
    this.entrance = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    this.server = server;
    this.bytes = bytes;
    Thread.ofVirtual().start(this::serve);
  }

  int port() {
    return entrance.getLocalPort();
  }

  /** Until nothing passes any more. */
  boolean awaitStall(Duration atMost) throws InterruptedException {
    return stalled.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Until the client has closed the connection. */
  boolean awaitLeft(Duration atMost) throws InterruptedException {
    return left.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void serve() {
    try (Socket client = entrance.accept();
        Socket there = new Socket(InetAddress.getLoopbackAddress(), server)) {
      Thread.ofVirtual()
          .start(() -> {
            forward(client, there, Long.MAX_VALUE);
            left.countDown();
          });
      forward(there, client, bytes);
      stalled.countDown();
      if (stalls) {
        left.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // The client sees that there is no server.
    }
  }

  private static void forward(Socket from, Socket to, long most) {
    byte[] buffer = new byte[8192];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      long left = most;
      int count = in.read(buffer);
      while (count >= 0 && left > 0) {
        out.write(buffer, 0, (int) Math.min(count, left));
        left -= count;
        count = in.read(buffer);
      }
    } catch (IOException e) {
      // One of the two has gone: so does the other, when its socket is closed.
    }
  }

  @Override
  public void close() throws IOException {
    entrance.close();
  }
}
