package dev.holdfast.storage.remote;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of a connection: requests of any number of threads, and one thread that hands
 * out the answers. When it is lost, everything fails from then on, with the reason: the locks that
 * the other host held for us went with it.
 */
final class RemoteConnection implements AutoCloseable {
  private final RemotePeer peer;
  private final Duration timeout;
  private final DataOutputStream output;
  private final ReentrantLock writing = new ReentrantLock();
  private final AtomicInteger lastNumber = new AtomicInteger();
  private final Map<Integer, CompletableFuture<Frame>> waiting = new ConcurrentHashMap<>();
  private volatile @Nullable HoldfastException lost;

  private RemoteConnection(RemotePeer peer, Duration timeout) {
    this.peer = peer;
    this.timeout = timeout;
    this.output = new DataOutputStream(new BufferedOutputStream(peer.output(), 64 * 1024));
  }

  /** Waits for the greeting, and begins to listen. */
  static RemoteConnection open(RemotePeer peer, Duration timeout) {
    RemoteConnection connection = new RemoteConnection(peer, timeout);
    DataInputStream input = new DataInputStream(new BufferedInputStream(peer.input(), 256 * 1024));
    try {
      if (Greeting.await(input, peer.host()) == null) {
        throw peer.failure("it ended before it greeted");
      }
    } catch (IOException e) {
      throw peer.failure(String.valueOf(e.getMessage()));
    }
    Thread.ofVirtual().name("answers of " + peer.host()).start(() -> connection.listen(input));
    return connection;
  }

  private void listen(DataInputStream input) {
    HoldfastException reason;
    try {
      while (true) {
        Frame answer = Frame.readFrom(input);
        CompletableFuture<Frame> waiter = waiting.remove(answer.number());
        if (waiter != null) {
          waiter.complete(answer);
        }
      }
    } catch (IOException e) {
      reason = peer.failure("the connection ended");
    } catch (HoldfastException e) {
      reason = e;
    }
    lost = reason;
    for (Integer number : waiting.keySet()) {
      CompletableFuture<Frame> waiter = waiting.remove(number);
      if (waiter != null) {
        waiter.completeExceptionally(reason);
      }
    }
  }

  boolean isOpen() {
    return lost == null;
  }

  Frame request(Kind kind) {
    return Frame.begin(lastNumber.incrementAndGet(), kind.ordinal());
  }

  /** Sends a request; what it gives is waited for with {@link #await}. */
  CompletableFuture<Frame> send(Frame request) {
    CompletableFuture<Frame> answer = new CompletableFuture<>();
    waiting.put(request.number(), answer);
    HoldfastException reason = lost;
    if (reason != null) {
      waiting.remove(request.number());
      answer.completeExceptionally(reason);
      return answer;
    }
    writing.lock();
    try {
      request.writeTo(output);
      output.flush();
    } catch (IOException e) {
      waiting.remove(request.number());
      HoldfastException why = lost;
      answer.completeExceptionally(why == null ? peer.failure("the connection broke") : why);
    } finally {
      writing.unlock();
    }
    return answer;
  }

  Frame call(Frame request) {
    return await(send(request));
  }

  /** The answer, or the error that the other host met. */
  Frame await(CompletableFuture<Frame> answer) {
    Frame frame;
    try {
      frame = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HoldfastException reason) {
        throw new HoldfastException(
            reason.code(), reason.getMessage(), e, reason.hints().toArray(String[]::new));
      }
      throw new IllegalStateException(e);
    } catch (TimeoutException e) {
      throw new HoldfastException(
          ErrorCode.PROTOCOL,
          "'" + peer.host() + "' did not answer within " + timeout.toMillis() + " ms",
          e,
          "The option protocol-timeout says how long to wait.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HoldfastException(
          ErrorCode.TERM, "interrupted while waiting for '" + peer.host() + "'", e);
    }
    if (frame.kind() == Frame.DONE) {
      return frame;
    }
    ErrorCode code = ErrorCode.ofNumber(frame.takeInt());
    String message = frame.takeString();
    List<String> hints = new ArrayList<>();
    for (int left = frame.takeInt(); left > 0; left--) {
      hints.add(frame.takeString());
    }
    throw new HoldfastException(
        code, message + " (on '" + peer.host() + "')", hints.toArray(String[]::new));
  }

  @Override
  public void close() {
    peer.close();
  }
}
