package dev.holdfast.storage.memory;

import dev.holdfast.storage.StorageOutput;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/** Collects a file's bytes and hands them over at the commit. */
final class MemoryOutput extends StorageOutput {
  private final String path;
  private final Consumer<byte[]> committed;
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();
  private boolean settled;

  MemoryOutput(String path, Consumer<byte[]> committed) {
    this.path = path;
    this.committed = committed;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    content.write(bytes, offset, length);
  }

  @Override
  public void commit() {
    if (settled) {
      throw new IllegalStateException("'" + path + "' was already committed or closed");
    }
    settled = true;
    committed.accept(content.toByteArray());
  }

  @Override
  public void close() {
    settled = true;
  }
}
