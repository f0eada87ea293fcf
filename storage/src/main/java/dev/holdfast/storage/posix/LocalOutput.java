package dev.holdfast.storage.posix;

import java.io.OutputStream;

/**
 * A file of the local host being written under its own name, by one thread. Unlike a {@link
 * dev.holdfast.storage.StorageOutput} it is visible from the beginning; whoever writes it knows
 * when the whole directory counts.
 *
 * <p>All methods throw {@link dev.holdfast.domain.HoldfastException} (file-write, 64).
 */
public abstract class LocalOutput extends OutputStream {
  /** What {@link #finish} makes durable. */
  public enum Sync {
    /** Nothing: the caller syncs the file system later. */
    LATER,
    /** The content; the name needs its directory synced. */
    CONTENT
  }

  @Override
  public abstract void write(byte[] bytes, int offset, int length);

  @Override
  public void write(int oneByte) {
    write(new byte[] {(byte) oneByte}, 0, 1);
  }

  /** Writes out the rest, gives the file its length, and closes it. Called once. */
  public abstract void finish(Sync sync);

  /** Does nothing: only {@link #finish} promises anything. */
  @Override
  public void flush() {}

  /** Closes the file, which stays incomplete unless it was finished. */
  @Override
  public abstract void close();
}
