package dev.holdfast.postgres.control;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The header of a WAL segment's first page, which says whose WAL it is.
 *
 * @param version the major version that writes pages with this magic number
 * @param systemId the cluster that wrote it
 * @param timeline the timeline of the page
 * @param start the position of the page, which is that of the segment
 * @param segmentSize how long the segment is
 * @param pageSize bytes of a WAL page
 */
public record WalHeader(
    PgVersion version,
    SystemIdentifier systemId,
    Timeline timeline,
    Lsn start,
    WalSegmentSize segmentSize,
    int pageSize) {

  /** How many bytes {@link #parse} needs. */
  public static final int BYTES = 40;

  private static final int LONG_HEADER_FLAG = 0x0002;

  private static final int MAGIC_OFFSET = 0;
  private static final int FLAGS_OFFSET = 2;
  private static final int TIMELINE_OFFSET = 4;
  private static final int POSITION_OFFSET = 8;
  private static final int SYSTEM_ID_OFFSET = 24;
  private static final int SEGMENT_SIZE_OFFSET = 32;
  private static final int PAGE_SIZE_OFFSET = 36;

  /** The magic number in the WAL pages of a version, unsigned 16 bits. */
  public static int magicOf(PgVersion version) {
    return ControlLayout.of(version).walMagic();
  }

  /**
   * Reads a header.
   *
   * @param bytes the segment's beginning, {@link #BYTES} at least
   * @param forced the version to take it for, whatever its magic number is; null to find out
   * @throws HoldfastException format (29) when it is not the first page of a segment,
   *     version-not-supported (46)
   */
  public static WalHeader parse(byte[] bytes, @Nullable PgVersion forced) {
    if (bytes.length < BYTES) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "the WAL segment has "
              + bytes.length
              + " bytes, too few for the header of its first page");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    if ((buffer.getShort(FLAGS_OFFSET) & LONG_HEADER_FLAG) == 0) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "the first page of the WAL segment does not have a long header");
    }
    return new WalHeader(
        ControlLayout.ofWalMagic(Short.toUnsignedInt(buffer.getShort(MAGIC_OFFSET)), forced)
            .version(),
        new SystemIdentifier(buffer.getLong(SYSTEM_ID_OFFSET)),
        new Timeline(Integer.toUnsignedLong(buffer.getInt(TIMELINE_OFFSET))),
        new Lsn(buffer.getLong(POSITION_OFFSET)),
        new WalSegmentSize(buffer.getInt(SEGMENT_SIZE_OFFSET)),
        buffer.getInt(PAGE_SIZE_OFFSET));
  }

  /**
   * Reads the header of a segment in a file.
   *
   * @param forced see {@link #parse}
   * @throws HoldfastException file-missing (55), file-read (42), and what {@link #parse} throws,
   *     naming the file
   */
  public static WalHeader read(Path segment, @Nullable PgVersion forced) {
    try (InputStream input = Files.newInputStream(segment)) {
      return parse(input.readNBytes(BYTES), forced);
    } catch (HoldfastException e) {
      throw new HoldfastException(
          e.code(), "'" + segment + "': " + e.getMessage(), e, e.hints().toArray(String[]::new));
    } catch (NoSuchFileException e) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING, "the WAL segment '" + segment + "' does not exist", e);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + segment + "': " + e.getMessage(), e);
    }
  }
}
