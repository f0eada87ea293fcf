package dev.holdfast.storage.s3;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.storage.StorageOutput;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/** An object being written: one part in memory, the earlier ones on their way or there. */
final class S3Output extends StorageOutput {
  private static final int FIRST_BUFFER = 256 * 1024;

  private final String path;
  private final int partSize;
  private final S3Writes writes;
  private final boolean exclusive;
  private byte[] buffer;
  private int filled;
  private int capacity;
  private @Nullable S3MultipartUpload upload;
  private boolean settled;

  S3Output(String path, int partSize, S3Writes writes, boolean exclusive) {
    this.path = path;
    this.partSize = partSize;
    this.writes = writes;
    this.exclusive = exclusive;
    this.capacity = partSize;
    this.buffer = new byte[Math.min(FIRST_BUFFER, partSize)];
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (settled) {
      throw new IllegalStateException("'" + path + "' was already committed or closed");
    }
    int from = offset;
    int left = length;
    while (left > 0) {
      if (filled == capacity) {
        sendPart();
      }
      if (filled == buffer.length) {
        // Most files are small: the buffer grows with them.
        buffer = Arrays.copyOf(buffer, (int) Math.min(2L * buffer.length, capacity));
      }
      int count = Math.min(left, buffer.length - filled);
      System.arraycopy(bytes, from, buffer, filled, count);
      filled += count;
      from += count;
      left -= count;
    }
  }

  private void sendPart() {
    try {
      S3MultipartUpload parts = upload;
      if (parts == null) {
        parts = writes.begin(path);
        upload = parts;
      }
      buffer = parts.send(buffer, filled, partSize);
      capacity = buffer.length;
      filled = 0;
    } catch (SdkException e) {
      throw writes.failures().of(ErrorCode.FILE_WRITE, "write", path, e);
    }
  }

  @Override
  public void commit() {
    if (settled) {
      throw new IllegalStateException("'" + path + "' was already committed or closed");
    }
    try {
      S3MultipartUpload parts = upload;
      if (parts == null) {
        writes.put(path, buffer, filled, exclusive);
      } else {
        parts.send(buffer, filled, partSize);
        writes.complete(path, parts, exclusive);
      }
      settled = true;
      buffer = new byte[0];
    } catch (SdkException e) {
      throw writes.failures().of(ErrorCode.FILE_WRITE, "write", path, e);
    }
  }

  @Override
  public void close() {
    if (settled) {
      return;
    }
    settled = true;
    buffer = new byte[0];
    S3MultipartUpload parts = upload;
    if (parts != null) {
      SdkException failure = parts.abort();
      if (failure != null && !writes.isGone(failure)) {
        throw writes.failures().of(ErrorCode.FILE_REMOVE, "give up the upload of", path, failure);
      }
    }
  }
}
