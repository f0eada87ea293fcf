package dev.holdfast.engine.stream;

import dev.holdfast.codec.digest.Sha1;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A segment in {@code pg_wal}, open for reading; it stays the same file if its name goes. */
final class SegmentFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 * 1024;

  private final Path path;
  private final FileChannel channel;

  private SegmentFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Opens it.
   *
   * @throws HoldfastException file-missing (55) when PostgreSQL has removed it, file-open (41)
   */
  static SegmentFile open(Path path) {
    try {
      return new SegmentFile(path, FileChannel.open(path, StandardOpenOption.READ));
    } catch (NoSuchFileException e) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING, "the WAL segment '" + path + "' does not exist", e);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_OPEN, "unable to open file '" + path + "' for read", e);
    }
  }

  /** Adds the bytes of a range to hashes. */
  void digest(int from, int to, Sha1... hashes) {
    read(
        from,
        to,
        (bytes, length) -> {
          for (Sha1 hash : hashes) {
            hash.update(bytes, 0, length);
          }
        });
  }

  /** Writes the bytes of a range, and adds them to a hash. */
  void copy(int from, int to, Sha1 hash, OutputStream output) {
    read(
        from,
        to,
        (bytes, length) -> {
          hash.update(bytes, 0, length);
          output.write(bytes, 0, length);
        });
  }

  private interface Sink {
    void take(byte[] bytes, int length) throws IOException;
  }

  private void read(int from, int to, Sink sink) {
    byte[] bytes = new byte[Math.min(BUFFER_BYTES, to - from)];
    try {
      int position = from;
      while (position < to) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, to - position));
        int count = channel.read(buffer, position);
        if (count < 0) {
          throw new EOFException("it ends at " + position);
        }
        sink.take(bytes, count);
        position += count;
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + path + "': " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_READ, "unable to close '" + path + "'", e);
    }
  }
}
