package dev.holdfast.postgres.replication;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.file.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * How much WAL the slots of a server may keep: {@code max_slot_wal_keep_size}, without which the
 * slot of a node that does not come back fills the disk, and a full disk stops the primary.
 *
 * <p>It is in a file of its own in the data directory, which {@link ManagedSettings} includes. It
 * is empty when somebody has set a bound elsewhere: that one is in force then, whatever it is.
 */
public final class SlotBound {
  /** The file's name in the data directory. */
  public static final String FILE = "holdfast-slots.conf";

  private static final long MEBIBYTE = 1 << 20;

  /** What is the default on a large disk is too much for a small one. */
  private static final int SHARE_OF_DISK = 4;

  private final Path file;
  private final Path wal;

  /** Of the server with this data directory. */
  public SlotBound(Path data) {
    this.file = data.resolve(FILE);
    this.wal = data.resolve("pg_wal");
  }

  /**
   * Sees to it.
   *
   * @param slots of the running server
   * @param bytes the bound, rounded up to whole MiB; never more than a quarter of the file system
   *     that the WAL is on
   * @return whether slots are bounded, or are meant not to be: until then none should be made
   * @throws HoldfastException db-query (57), file-write (64), file-read (42), path-open (40)
   */
  public boolean keep(NodeSlots slots, long bytes) {
    boolean chosen = slots.isBoundChosenOutside(FILE);
    String text = chosen ? "" : setting(Math.min(bytes, share(diskBytes())));
    if (!text.equals(present())) {
      DurableFile.write(file, text.getBytes(StandardCharsets.UTF_8));
      slots.reload();
      return false;
    }
    return chosen || slots.areBounded();
  }

  /** The most that slots may keep on a disk of so many bytes; some file systems say 0. */
  static long share(long diskBytes) {
    return diskBytes > 0 ? diskBytes / SHARE_OF_DISK : Long.MAX_VALUE;
  }

  private long diskBytes() {
    try {
      return Files.getFileStore(wal).getTotalSpace();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_OPEN, "unable to look at '" + wal + "': " + e.getMessage(), e);
    }
  }

  private static String setting(long bytes) {
    return "# Written by holdfast keeper; what is changed here is overwritten.\n"
        + "max_slot_wal_keep_size = '"
        + Math.ceilDiv(bytes, MEBIBYTE)
        + "MB'\n";
  }

  private String present() {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + file + "': " + e.getMessage(), e);
    }
  }
}
