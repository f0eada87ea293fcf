package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The lease as the dead-man process and the next keeper read it: the file {@code lease} in the
 * keeper's directory, two equal lines of
 *
 * <pre>
 *   1 leased 59a1cd1f-... 35073547 35073809 35073847
 *   |   |       |            |        |        end of the lease
 *   |   |       |            |        when the dead-man ends PostgreSQL: an eighth before
 *   |   |       |            when the monitor was asked
 *   |   |       the boot (/proc/sys/kernel/random/boot_id)
 *   |   leased, or free: then there is nothing to guard, and the numbers are 0
 *   the format
 * </pre>
 *
 * padded with spaces to one length; times are hundredths of a second since the host was started
 * ({@link BootClock}), rounded down.
 *
 * <p>It is overwritten in place, which needs no room on a full disk. Who reads it meanwhile finds
 * two different lines and believes neither. It is not synced: processes see what was written when
 * it was, and after a crash of the host, which is what syncing is for, a lease of the boot before
 * is worth nothing.
 */
final class LeaseFile {
  private static final String FORMAT = "1";
  private static final String LEASED = "leased";
  private static final String FREE = "free";
  private static final int FIELDS = 6;
  private static final int LINE = 120;
  private static final long NANOS = 10_000_000L;
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /**
   * A lease.
   *
   * @param asked when the question was sent whose answer gave it, on the clock of the boot
   * @param length for how long from then on
   */
  record Span(long asked, long length) {
    /** When it is over. */
    long ends() {
      return asked + length;
    }

    /** When the dead-man process ends PostgreSQL: a keeper does so a quarter before the end. */
    long stop() {
      return ends() - length / 8;
    }
  }

  private final Path file;
  private final String boot;

  /** This boot's, in a directory. */
  static LeaseFile in(Path directory) {
    try {
      return new LeaseFile(directory.resolve("lease"), Files.readString(BOOT).strip());
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.KERNEL, "unable to read '" + BOOT + "': " + e.getMessage(), e);
    }
  }

  LeaseFile(Path file, String boot) {
    this.file = file;
    this.boot = boot;
  }

  Path path() {
    return file;
  }

  /**
   * What was written, where it may be believed: by this boot, whole, and not at a time that is
   * still to come, as it would be when a container's uptime began anew.
   */
  Optional<Span> read(long now) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + file + "': " + e.getMessage(), e);
    }
    if (lines.size() < 2 || !lines.getFirst().equals(lines.get(1))) {
      return Optional.empty();
    }
    String[] fields = lines.getFirst().strip().split(" +", -1);
    if (fields.length != FIELDS
        || !fields[0].equals(FORMAT)
        || !fields[1].equals(LEASED)
        || !fields[2].equals(boot)) {
      return Optional.empty();
    }
    try {
      long asked = Long.parseLong(fields[3]) * NANOS;
      long ends = Long.parseLong(fields[5]) * NANOS;
      return asked <= now && asked <= ends
          ? Optional.of(new Span(asked, ends - asked))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * PostgreSQL may write under this one.
   *
   * @throws HoldfastException file-write (64); what is in force then is what was there, or nothing
   */
  void write(Span span) {
    write(LEASED, span.asked() / NANOS, span.stop() / NANOS, span.ends() / NANOS);
  }

  /**
   * There is nothing to guard: the dead-man process ends.
   *
   * @throws HoldfastException file-write (64)
   */
  void release() {
    write(FREE, 0, 0, 0);
  }

  private void write(String state, long asked, long stop, long ends) {
    String fields = String.join(" ", FORMAT, state, boot, asked + " " + stop + " " + ends);
    String line = fields + " ".repeat(LINE - fields.length()) + "\n";
    ByteBuffer content = StandardCharsets.US_ASCII.encode(line + line);
    try (FileChannel channel =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OWNER_ONLY)) {
      while (content.hasRemaining()) {
        channel.write(content, content.position());
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE,
          "unable to write '" + file + "', so the lease is not extended: " + e.getMessage(),
          e,
          "An asynchronous primary stops when its lease is over. Is there room, and the directory"
              + " the keeper's?");
    }
  }
}
