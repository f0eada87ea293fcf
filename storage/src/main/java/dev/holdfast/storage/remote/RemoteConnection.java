package dev.holdfast.storage.remote;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
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
  private final Peer peer;
  private volatile Duration timeout;
  private final DataOutputStream output;
  private final ReentrantLock writing = new ReentrantLock();
  private final AtomicInteger lastNumber = new AtomicInteger();
  private final Map<Integer, CompletableFuture<Frame>> waiting = new ConcurrentHashMap<>();
  private volatile @Nullable HoldfastException lost;
  private volatile @Nullable Runnable onLoss;

  private RemoteConnection(Peer peer, Duration timeout) {
    this.peer = peer;
    this.timeout = timeout;
    this.output = new DataOutputStream(new BufferedOutputStream(peer.output(), 64 * 1024));
  }

  /**
   * Begins to listen.
   *
   * @param greeted whether the other end greets first
   */
  static RemoteConnection open(Peer peer, Duration timeout, boolean greeted) {
    RemoteConnection connection = new RemoteConnection(peer, timeout);
    DataInputStream input = new DataInputStream(new BufferedInputStream(peer.input(), 256 * 1024));
    try {
      if (greeted && Greeting.await(Purpose.REPOSITORY, input, peer.host()) == null) {
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
    Runnable follower = onLoss;
    if (follower != null) {
      follower.run();
    }
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

  RemoteChannel channel(int number) {
    return new RemoteChannel(this, number);
  }

  /** Sets the longest wait for an answer. */
  void timeout(Duration longest) {
    timeout = longest;
  }

  /** What to do when the connection is lost, on a thread of the connection. */
  void onLoss(Runnable action) {
    onLoss = action;
    if (lost != null) {
      action.run();
    }
  }

  Frame request(int channel, Kind kind) {
    return Frame.request(lastNumber.incrementAndGet(), channel, kind);
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
    throw frame.takeError(peer.where());
  }

  @Override
  public void close() {
    peer.close();
  }
}
