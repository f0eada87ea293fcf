package dev.holdfast.storage.remote;

import dev.holdfast.storage.StorageInput;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/** Reads a file of the other host, asking for the next pieces before it needs them. */
final class RemoteInput extends StorageInput {
  private static final int PIECE_BYTES = 256 * 1024;
  private static final int MAX_PENDING = 8;

  private final RemoteChannel connection;
  private final int handle;
  private final Deque<CompletableFuture<Frame>> pending = new ArrayDeque<>();
  private byte[] current;
  private int position;
  private int maxPending = 1;
  private boolean atEnd;
  private boolean closed;

  /** The stream for the answer to the opening. */
  RemoteInput(RemoteChannel connection, Frame opened) {
    this.connection = connection;
    this.handle = opened.takeInt();
    this.current = opened.takeBytes();
    this.atEnd = opened.takeBoolean();
  }

  @Override
  protected int readSome(byte[] bytes, int offset, int length) {
    while (position == current.length) {
      if (atEnd) {
        return -1;
      }
      next();
    }
    int count = Math.min(length, current.length - position);
    System.arraycopy(current, position, bytes, offset, count);
    position += count;
    return count;
  }

  private void next() {
    fill();
    current = connection.await(pending.removeFirst()).takeBytes();
    position = 0;
    if (current.length < PIECE_BYTES) {
      atEnd = true;
      return;
    }
    maxPending = Math.min(2 * maxPending, MAX_PENDING);
    fill();
  }

  private void fill() {
    while (pending.size() < maxPending) {
      pending.addLast(connection.send(connection.request(Kind.READ).put(handle).put(PIECE_BYTES)));
    }
  }

  @Override
  public int available() {
    return current.length - position;
  }

  /** Without waiting: what is on its way is of no interest any more. */
  @Override
  public void close() {
    if (!closed && handle != 0) {
      pending.clear();
      connection.send(connection.request(Kind.CLOSE).put(handle));
    }
    closed = true;
    atEnd = true;
    position = current.length;
  }
}
