package dev.holdfast.storage.memory;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageInput;

/** Reads a range of an array, and never ends before the range does without saying so. */
final class MemoryInput extends StorageInput {
  private final String path;
  private final byte[] content;
  private final long end;
  private long position;

  MemoryInput(String path, byte[] content, long offset, long length) {
    this.path = path;
    this.content = content;
    this.position = offset;
    this.end = Math.addExact(offset, length);
  }

  @Override
  protected int readSome(byte[] bytes, int offset, int length) {
    if (position >= end) {
      return -1;
    }
    if (position >= content.length) {
      throw new HoldfastException(
          ErrorCode.FILE_READ,
          "'" + path + "' ends at byte " + content.length + " although " + end + " were expected");
    }
    int count = (int) Math.min(length, Math.min(end, content.length) - position);
    System.arraycopy(content, (int) position, bytes, offset, count);
    position += count;
    return count;
  }
}
