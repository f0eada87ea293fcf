package dev.holdfast.postgres.control;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.PgVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code global/pg_control}, known to be whole.
 *
 * <p>A server may write the file while it is read, and not every file system keeps the two apart; a
 * copy that was torn is therefore read again until it is whole or does not change any more.
 */
public final class PgControlFile {
  /** The file's place inside a data directory. */
  public static final String NAME = "global/pg_control";

  /** The length of the file; all behind the fields is zero. */
  public static final int FILE_BYTES = 8192;

  /**
   * The checkpoint of a restored cluster that must not start without its backup label. No
   * checkpoint can lie there, because the first WAL segment is never used.
   */
  private static final long INVALID_CHECKPOINT = 0xDEAD;

  private static final long REREAD_PAUSE_MILLIS = 50;

  private final byte[] bytes;
  private final PgControl control;

  private PgControlFile(byte[] bytes, @Nullable PgVersion forced) {
    this.bytes = Arrays.copyOf(Arrays.copyOf(bytes, PgControl.DATA_BYTES), FILE_BYTES);
    this.control = PgControl.parse(bytes, forced);
  }

  /**
   * Takes bytes that were read elsewhere, for example from a backup.
   *
   * @param forced see {@link PgControl#parse}
   */
  public static PgControlFile of(byte[] bytes, @Nullable PgVersion forced) {
    return new PgControlFile(bytes, forced);
  }

  /**
   * Reads the file of a data directory.
   *
   * @param forced see {@link PgControl#parse}
   * @throws HoldfastException file-missing (55), file-open (41), file-read (42), and what {@link
   *     PgControl#parse} throws
   */
  public static PgControlFile read(Path pgdata, @Nullable PgVersion forced) {
    Path file = pgdata.resolve(NAME);
    byte[] previous = null;
    while (true) {
      byte[] current = readBytes(file);
      try {
        return new PgControlFile(current, forced);
      } catch (HoldfastException e) {
        if (Arrays.equals(previous, current)) {
          throw new HoldfastException(
              e.code(), "'" + file + "': " + e.getMessage(), e, e.hints().toArray(String[]::new));
        }
        previous = current;
        pause();
      }
    }
  }

  private static byte[] readBytes(Path file) {
    try (InputStream input = Files.newInputStream(file)) {
      byte[] bytes = input.readNBytes(PgControl.DATA_BYTES);
      if (bytes.length < PgControl.DATA_BYTES) {
        throw new HoldfastException(
            ErrorCode.FILE_READ,
            "'" + file + "' has " + bytes.length + " bytes, but needs " + FILE_BYTES);
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING,
          "'" + file + "' does not exist",
          e,
          "Is the option pg-path the data directory of a PostgreSQL cluster?");
    } catch (AccessDeniedException e) {
      throw new HoldfastException(
          ErrorCode.FILE_OPEN,
          "unable to open '" + file + "': permission denied",
          e,
          "Run it as the user that owns the cluster, usually 'postgres'.");
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + file + "': " + e.getMessage(), e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(REREAD_PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HoldfastException(ErrorCode.TERM, "interrupted while reading pg_control", e);
    }
  }

  /** What it says. */
  public PgControl control() {
    return control;
  }

  /** What it says about recovery and about the WAL's pages. */
  public RecoveryControl recovery() {
    return RecoveryControl.parse(bytes);
  }

  /** The whole file. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Whether {@link #withInvalidCheckpoint} made it, so that it starts with a backup label only. */
  public boolean checkpointIsInvalid() {
    return control.checkpoint().value() == INVALID_CHECKPOINT;
  }

  /**
   * The file that restoring an online backup leaves: PostgreSQL refuses to start on it when someone
   * has removed {@code backup_label}, instead of starting from a checkpoint that the files may be
   * older than.
   *
   * @param forced see {@link PgControl#parse}
   */
  public PgControlFile withInvalidCheckpoint(@Nullable PgVersion forced) {
    byte[] changed = bytes.clone();
    int checksumOffset = PgControl.checksumOffset(changed, forced);
    ByteBuffer.wrap(changed)
        .order(ByteOrder.nativeOrder())
        .putLong(PgControl.CHECKPOINT_OFFSET, INVALID_CHECKPOINT);
    ControlChecksum.write(changed, checksumOffset);
    return new PgControlFile(changed, forced);
  }
}
