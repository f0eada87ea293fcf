package dev.holdfast.storage.posix;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.storage.StorageInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Reads a file through the page cache to wherever it ends. */
final class ChannelInput extends StorageInput {
  private static final int MAX_BYTES_PER_CALL = 256 * 1024;

  private final Path path;
  private final FileChannel channel;

  ChannelInput(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  @Override
  protected int readSome(byte[] bytes, int offset, int length) {
    try {
      return channel.read(ByteBuffer.wrap(bytes, offset, Math.min(length, MAX_BYTES_PER_CALL)));
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_READ, "read", path, e);
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
