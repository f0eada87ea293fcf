package dev.holdfast.storage.posix;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Writes around the page cache, in aligned chunks: one buffer is filled while the other is written.
 * The last chunk is padded to the alignment and the padding cut off afterwards.
 */
final class DirectLocalOutput extends LocalOutput {
  private final Path path;
  private final FileChannel channel;
  private final AlignedBuffers buffers;
  private final ExecutorService writers;

  /** The buffer being filled; its beginning belongs at {@code bufferOffset} of the file. */
  private ByteBuffer filling;

  private ByteBuffer idle;
  private long bufferOffset;
  private @Nullable Future<?> pending;
  private boolean buffersReturned;

  DirectLocalOutput(
      Path path,
      FileChannel channel,
      AlignedBuffers buffers,
      ByteBuffer first,
      ByteBuffer second,
      ExecutorService writers) {
    this.path = path;
    this.channel = channel;
    this.buffers = buffers;
    this.filling = first;
    this.idle = second;
    this.writers = writers;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    int taken = 0;
    while (taken < length) {
      int part = Math.min(length - taken, filling.remaining());
      filling.put(bytes, offset + taken, part);
      taken += part;
      if (!filling.hasRemaining()) {
        writeBehind();
      }
    }
  }

  private void putZeros(int count) {
    byte[] zeros = new byte[Math.min(count, AlignedBuffers.ALIGNMENT)];
    int put = 0;
    while (put < count) {
      int part = Math.min(zeros.length, count - put);
      filling.put(zeros, 0, part);
      put += part;
    }
  }

  /** Hands the full buffer over and goes on with the other one as soon as it is written. */
  private void writeBehind() {
    awaitPending();
    ByteBuffer full = filling.flip();
    long offset = bufferOffset;
    pending =
        writers.submit(() -> {
          writeFully(full, offset);
          return null;
        });
    bufferOffset += full.limit();
    filling = idle.clear();
    idle = full;
  }

  private void writeFully(ByteBuffer buffer, long offset) throws IOException {
    long position = offset;
    while (buffer.hasRemaining()) {
      position += channel.write(buffer, position);
    }
  }

  private void awaitPending() {
    Future<?> writing = pending;
    if (writing == null) {
      return;
    }
    pending = null;
    try {
      writing.get();
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (InterruptedException e) {
      pending = writing;
      Thread.currentThread().interrupt();
      throw new HoldfastException(ErrorCode.TERM, "interrupted while writing '" + path + "'", e);
    }
  }

  private HoldfastException failure(@Nullable Throwable cause) {
    return PosixFailure.of(
        ErrorCode.FILE_WRITE,
        "write",
        path,
        cause instanceof IOException known ? known : new IOException(cause));
  }

  @Override
  public void finish(Sync sync) {
    long length = bufferOffset + filling.position();
    int rest = filling.position() % AlignedBuffers.ALIGNMENT;
    if (rest > 0) {
      putZeros(AlignedBuffers.ALIGNMENT - rest);
    }
    awaitPending();
    try (channel) {
      // Nothing is left to overlap with, so the last chunk is written by this thread.
      writeFully(filling.flip(), bufferOffset);
      channel.truncate(length);
      if (sync == Sync.CONTENT) {
        channel.force(true);
      }
    } catch (IOException e) {
      throw failure(e);
    } finally {
      returnBuffers();
    }
  }

  @Override
  public void close() {
    Future<?> writing = pending;
    if (writing != null) {
      pending = null;
      awaitAbandoned(writing);
    }
    returnBuffers();
    try {
      channel.close();
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_CLOSE, "close", path, e);
    }
  }

  /** A buffer must not be given to another file while it is still being written to this one. */
  private void awaitAbandoned(Future<?> writing) {
    boolean interrupted = false;
    while (!writing.isDone()) {
      try {
        writing.get();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException | CancellationException e) {
        break; // The file is given up anyway.
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void returnBuffers() {
    if (!buffersReturned) {
      buffersReturned = true;
      buffers.giveBack(filling);
      buffers.giveBack(idle);
    }
  }
}
