package dev.holdfast.engine.archive;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.SystemIdentifier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/**
 * What tells one WAL file from another that has or had its name: a segment is renamed and written
 * over when it is recycled, and after a restore or a promotion the same names come again.
 *
 * <p>As text it is {@code <device>:<inode>:<size>:<seconds>.<nanoseconds> <system identifier>}; the
 * first word is what {@code stat -c '%d:%i:%s:%.9Y'} prints, so that a shell script can compare it.
 *
 * @param device number of the file's device
 * @param inode its number there
 * @param size in bytes
 * @param modified when the content was changed last
 * @param system the system identifier in a segment's first page; {@code -} in other files
 */
record WalFileIdentity(long device, long inode, long size, Instant modified, String system) {
  private static final int SYSTEM_OFFSET = 24;
  private static final String NONE = "-";

  /**
   * The identity of a file as it is now.
   *
   * @throws HoldfastException file-missing (55), file-info (98)
   */
  static WalFileIdentity of(Path file) {
    try {
      Map<String, Object> found = Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime");
      return new WalFileIdentity(
          (Long) Objects.requireNonNull(found.get("dev")),
          (Long) Objects.requireNonNull(found.get("ino")),
          (Long) Objects.requireNonNull(found.get("size")),
          ((FileTime) Objects.requireNonNull(found.get("lastModifiedTime"))).toInstant(),
          system(file));
    } catch (NoSuchFileException e) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING, "unable to get info for missing file '" + file + "'", e);
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_INFO, "unable to get info for '" + file + "'", e);
    }
  }

  /** Read as it stands: whether the header is right is the push's own question. */
  private static String system(Path file) throws IOException {
    if (!WalFileName.isSegment(String.valueOf(file.getFileName()))) {
      return NONE;
    }
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file)) {
      return channel.read(bytes, SYSTEM_OFFSET) == Long.BYTES
          ? new SystemIdentifier(bytes.getLong(0)).toString()
          : NONE;
    }
  }

  @Override
  public String toString() {
    return "%d:%d:%d:%d.%09d %s"
        .formatted(device, inode, size, modified.getEpochSecond(), modified.getNano(), system);
  }
}
