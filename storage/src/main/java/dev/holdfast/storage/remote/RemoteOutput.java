package dev.holdfast.storage.remote;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageOutput;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** Writes a file of the other host, several pieces at once. */
final class RemoteOutput extends StorageOutput {
  private static final int PIECE_BYTES = 256 * 1024;
  private static final int FIRST_BYTES = 16 * 1024;
  private static final int MAX_PENDING = 8;

  private final RemoteChannel connection;
  private final int handle;
  private final Deque<CompletableFuture<Frame>> pending = new ArrayDeque<>();
  private byte[] buffer = new byte[FIRST_BYTES];
  private int buffered;
  private boolean settled;
  private boolean committed;

  RemoteOutput(RemoteChannel connection, int handle) {
    this.connection = connection;
    this.handle = handle;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    int taken = 0;
    while (taken < length) {
      if (buffered == buffer.length) {
        makeRoom();
      }
      int part = Math.min(length - taken, buffer.length - buffered);
      System.arraycopy(bytes, offset + taken, buffer, buffered, part);
      buffered += part;
      taken += part;
    }
  }

  private void makeRoom() {
    if (buffer.length < PIECE_BYTES) {
      buffer = Arrays.copyOf(buffer, PIECE_BYTES);
      return;
    }
    sendBuffered();
    while (pending.size() >= MAX_PENDING) {
      connection.await(pending.removeFirst());
    }
  }

  private void sendBuffered() {
    if (buffered > 0) {
      pending.addLast(
          connection.send(connection.request(Kind.WRITE).put(handle).put(buffer, 0, buffered)));
      buffered = 0;
    }
  }

  @Override
  public void commit() {
    if (settled || committed) {
      throw new IllegalStateException("the file was already committed or closed");
    }
    sendBuffered();
    pending.addLast(connection.send(connection.request(Kind.COMMIT).put(handle)));
    while (!pending.isEmpty()) {
      connection.await(pending.removeFirst());
    }
    committed = true;
  }

  /** Waits, so that what was abandoned is gone afterwards; but a lost connection hides nothing. */
  @Override
  public void close() {
    if (settled) {
      return;
    }
    settled = true;
    CompletableFuture<Frame> closed = connection.send(connection.request(Kind.CLOSE).put(handle));
    if (committed) {
      return;
    }
    try {
      connection.await(closed);
    } catch (HoldfastException e) {
      if (!closed.isCompletedExceptionally()) {
        throw e;
      }
    }
  }
}
