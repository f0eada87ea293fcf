package dev.holdfast.storage.posix;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Reads a range of a file, and never ends before the range does without saying so. */
final class PosixInput extends StorageInput {
  /** The JDK keeps a direct buffer of the largest size ever asked for per thread: bound it. */
  private static final int MAX_BYTES_PER_CALL = 256 * 1024;

  private final Path path;
  private final FileChannel channel;
  private final long end;
  private long position;

  PosixInput(Path path, FileChannel channel, long offset, long length) {
    this.path = path;
    this.channel = channel;
    this.position = offset;
    this.end = Math.addExact(offset, length);
  }

  @Override
  protected int readSome(byte[] bytes, int offset, int length) {
    if (position >= end) {
      return -1;
    }
    int wanted = (int) Math.min(Math.min(length, MAX_BYTES_PER_CALL), end - position);
    int count;
    try {
      count = channel.read(ByteBuffer.wrap(bytes, offset, wanted), position);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_READ, "read", path, e);
    }
    if (count < 0) {
      throw new HoldfastException(
          ErrorCode.FILE_READ,
          "'" + path + "' ends at byte " + position + " although " + end + " bytes were expected",
          "The file may be truncated, or is being written by something else.");
    }
    position += count;
    return count;
  }

  @Override
  public long skip(long count) {
    long skipped = Math.max(0, Math.min(count, end - position));
    position += skipped;
    return skipped;
  }

  @Override
  public int available() {
    return (int) Math.min(Integer.MAX_VALUE, end - position);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_CLOSE, "close", path, e);
    }
  }
}
