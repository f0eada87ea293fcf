package dev.holdfast.storage.throttle;

import dev.holdfast.storage.StorageOutput;

/** Writes no faster than a bandwidth allows. */
final class ThrottledOutput extends StorageOutput {
  private final StorageOutput output;
  private final Bandwidth bandwidth;

  ThrottledOutput(StorageOutput output, Bandwidth bandwidth) {
    this.output = output;
    this.bandwidth = bandwidth;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    int slice = bandwidth.slice();
    for (int done = 0; done < length; done += slice) {
      int count = Math.min(slice, length - done);
      bandwidth.take(count);
      output.write(bytes, offset + done, count);
    }
  }

  @Override
  public void commit() {
    output.commit();
  }

  @Override
  public void close() {
    output.close();
  }
}
