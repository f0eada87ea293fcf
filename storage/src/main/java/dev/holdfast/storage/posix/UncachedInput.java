package dev.holdfast.storage.posix;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageInput;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/**
 * Reads a file to its end and leaves no pages of it in the page cache, except those that were there
 * before, which it uses.
 *
 * <p>{@code posix_fadvise(DONTNEED)} would evict PostgreSQL's own pages too. Where the kernel or
 * the file system does not know {@code RWF_DONTCACHE}, the read is an ordinary one whose pages are
 * marked as used once.
 */
final class UncachedInput extends StorageInput {
  private static final int RWF_DONTCACHE = 0x80;
  private static final int POSIX_FADV_NOREUSE = 5;
  private static final int IOVEC_BYTES = 16;
  private static final int IOVEC_LENGTH = 8;

  private final NativeFile file;
  private final AlignedBuffers buffers;
  private final ByteBuffer buffer;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment vector;
  private long offset;
  private int flags = RWF_DONTCACHE;
  private boolean closed;

  UncachedInput(NativeFile file, AlignedBuffers buffers, ByteBuffer buffer) {
    this.file = file;
    this.buffers = buffers;
    this.buffer = buffer;
    this.vector = arena.allocate(IOVEC_BYTES, Long.BYTES);
    vector.set(ValueLayout.ADDRESS, 0, MemorySegment.ofBuffer(buffer.duplicate().clear()));
    vector.set(ValueLayout.JAVA_LONG, IOVEC_LENGTH, buffer.capacity());
    buffer.limit(0);
  }

  @Override
  protected int readSome(byte[] bytes, int start, int length) {
    if (!buffer.hasRemaining() && !fill()) {
      return -1;
    }
    int count = Math.min(length, buffer.remaining());
    buffer.get(bytes, start, count);
    return count;
  }

  private boolean fill() {
    while (true) {
      NativeCall.Outcome outcome = LibC.PREADV2.call(file.descriptor(), vector, 1, offset, flags);
      if (!outcome.failed()) {
        offset += outcome.value();
        buffer.clear().limit((int) outcome.value());
        return outcome.value() > 0;
      }
      if (outcome.errno() == LibC.EOPNOTSUPP && flags != 0) {
        flags = 0;
        // Only advice: a kernel that does not take it reads all the same.
        LibC.POSIX_FADVISE.call(file.descriptor(), 0L, 0L, POSIX_FADV_NOREUSE);
      } else if (outcome.errno() != LibC.EINTR) {
        throw new HoldfastException(
            ErrorCode.FILE_READ, "unable to read '" + file.path() + "': " + outcome.reason());
      }
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      file.close();
      arena.close();
      buffers.giveBack(buffer);
    }
  }
}
