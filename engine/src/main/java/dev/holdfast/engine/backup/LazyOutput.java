package dev.holdfast.engine.backup;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A sink that is opened by its first byte, and that closing leaves open. */
final class LazyOutput extends OutputStream {
  private final Supplier<OutputStream> opener;
  private @Nullable OutputStream output;

  LazyOutput(Supplier<OutputStream> opener) {
    this.opener = opener;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    OutputStream open = output;
    if (open == null) {
      open = opener.get();
      output = open;
    }
    open.write(bytes, offset, length);
  }
}
