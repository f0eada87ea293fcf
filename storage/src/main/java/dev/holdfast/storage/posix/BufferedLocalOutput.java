package dev.holdfast.storage.posix;

import dev.holdfast.domain.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;

/** Writes through the page cache. */
final class BufferedLocalOutput extends LocalOutput {
  private static final int MAX_BYTES_PER_CALL = 256 * 1024;

  private final Path path;
  private final FileChannel channel;
  private long position;

  BufferedLocalOutput(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    int written = 0;
    while (written < length) {
      int part = Math.min(length - written, MAX_BYTES_PER_CALL);
      try {
        int count = channel.write(ByteBuffer.wrap(bytes, offset + written, part), position);
        written += count;
        position += count;
      } catch (IOException e) {
        throw PosixFailure.of(ErrorCode.FILE_WRITE, "write", path, e);
      }
    }
  }

  @Override
  public void finish(Sync sync) {
    try (channel) {
      if (sync == Sync.CONTENT) {
        channel.force(true);
      }
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_WRITE, "write", path, e);
    }
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
