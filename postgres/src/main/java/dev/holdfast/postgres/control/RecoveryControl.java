package dev.holdfast.postgres.control;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * What {@code pg_control} says about recovery: how far replay must get at least, and how the WAL is
 * cut into pages. The offsets are the same in all supported versions.
 *
 * @param minRecoveryPoint up to where a standby, or a cluster that was just promoted, has applied
 *     WAL to its data files: before it replays that far they do not fit together; empty where crash
 *     recovery must reach the end of the WAL anyhow
 * @param minRecoveryTimeline the timeline of that point; 0 when there is none
 * @param backupUnfinished whether the files are a backup of whose WAL replay has not reached the
 *     end, without which they do not fit together either
 * @param walPageSize bytes of a WAL page, 8192 unless PostgreSQL was built otherwise
 */
public record RecoveryControl(
    Optional<Lsn> minRecoveryPoint,
    Timeline minRecoveryTimeline,
    boolean backupUnfinished,
    int walPageSize) {

  private static final int MIN_RECOVERY_POINT_OFFSET = 136;
  private static final int MIN_RECOVERY_TIMELINE_OFFSET = 144;
  private static final int BACKUP_START_OFFSET = 152;
  private static final int WAL_PAGE_SIZE_OFFSET = 224;

  private static final int MIN_PAGE_SIZE = 1024;
  private static final int MAX_PAGE_SIZE = 65536;

  /** Checks the page size. */
  public RecoveryControl {
    if (walPageSize < MIN_PAGE_SIZE
        || walPageSize > MAX_PAGE_SIZE
        || Integer.bitCount(walPageSize) != 1) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "WAL page size " + walPageSize + " is not a power of two between 1024 and 65536");
    }
  }

  static RecoveryControl parse(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    long point = buffer.getLong(MIN_RECOVERY_POINT_OFFSET);
    return new RecoveryControl(
        point == 0 ? Optional.empty() : Optional.of(new Lsn(point)),
        new Timeline(Integer.toUnsignedLong(buffer.getInt(MIN_RECOVERY_TIMELINE_OFFSET))),
        buffer.getLong(BACKUP_START_OFFSET) != 0,
        buffer.getInt(WAL_PAGE_SIZE_OFFSET));
  }
}
