package dev.holdfast.storage;

import java.io.OutputStream;

/**
 * A file being written. Nothing is visible under its name until {@link #commit} has returned, and
 * what is then visible is whole and durable.
 *
 * <p>{@link #close} without a commit before it abandons the file and removes what was written of
 * it. Used by one thread. {@link #write} and {@link #commit} throw {@link
 * dev.holdfast.domain.HoldfastException} (file-write, 64, with a hint when the disk is full); after
 * a throw only {@code close} may be called.
 */
public abstract class StorageOutput extends OutputStream {

  /**
   * Makes the file durable and visible under its name, replacing what was there (unless it was
   * opened to be created exclusively, which throws file-exists, 93, when the name appeared
   * meanwhile). Called at most once.
   */
  public abstract void commit();

  /** Abandons the file unless it was committed. Never throws for a file that was committed. */
  @Override
  public abstract void close();

  @Override
  public abstract void write(byte[] bytes, int offset, int length);

  @Override
  public void write(int oneByte) {
    write(new byte[] {(byte) oneByte}, 0, 1);
  }

  /** Does nothing: only {@link #commit} promises durability. */
  @Override
  public void flush() {}
}
