package dev.holdfast.domain;

/**
 * The name of a WAL segment: 8 hexadecimal digits each of timeline, log and segment, for example
 * {@code 000000010000000A000000FF}.
 *
 * <p>How many bytes a segment holds is not in its name; callers pass {@link WalSegmentSize} where
 * it matters.
 *
 * @param timeline the timeline, 1 and up
 * @param log the upper half of the position
 * @param segment the number of the segment inside {@code log}
 */
public record WalSegment(Timeline timeline, long log, long segment)
    implements Comparable<WalSegment> {

  /** Checks the ranges. */
  public WalSegment {
    if (log < 0 || log > 0xFFFF_FFFFL || segment < 0 || segment > 0xFFFF_FFFFL) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "WAL segment %x/%x is out of range".formatted(log, segment));
    }
  }

  /** Whether the text has the form of a segment's name (24 upper-case hexadecimal digits). */
  public static boolean isName(String text) {
    if (text.length() != 24) {
      return false;
    }
    for (int i = 0; i < 24; i++) {
      char c = text.charAt(i);
      if (!(c >= '0' && c <= '9' || c >= 'A' && c <= 'F')) {
        return false;
      }
    }
    return true;
  }

  /** Parses 24 upper-case hexadecimal digits. */
  public static WalSegment parse(String text) {
    if (!isName(text)) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "'" + text + "' is not a WAL segment name",
          "A segment name has 24 hexadecimal digits, for example 000000010000000A000000FF.");
    }
    return new WalSegment(
        new Timeline(Long.parseLong(text, 0, 8, 16)),
        Long.parseLong(text, 8, 16, 16),
        Long.parseLong(text, 16, 24, 16));
  }

  /** The segment that holds the byte at {@code lsn}. */
  public static WalSegment containing(Timeline timeline, Lsn lsn, WalSegmentSize size) {
    long number = Long.divideUnsigned(lsn.value(), size.bytes());
    return ofNumber(timeline, number, size);
  }

  /**
   * The segment that holds the byte before {@code lsn}: the last one needed to replay up to it, as
   * PostgreSQL's {@code pg_walfile_name} computes it.
   */
  public static WalSegment endingAt(Timeline timeline, Lsn lsn, WalSegmentSize size) {
    return containing(timeline, lsn.plus(-1), size);
  }

  private static WalSegment ofNumber(Timeline timeline, long number, WalSegmentSize size) {
    long perLog = size.segmentsPerLog();
    return new WalSegment(timeline, number / perLog, number % perLog);
  }

  /** The next segment on the same timeline. */
  public WalSegment next(WalSegmentSize size) {
    return ofNumber(timeline, log * size.segmentsPerLog() + segment + 1, size);
  }

  /** The position of the segment's first byte. */
  public Lsn start(WalSegmentSize size) {
    return new Lsn((log << 32) + segment * size.bytes());
  }

  /** The same position on another timeline. */
  public WalSegment onTimeline(Timeline other) {
    return new WalSegment(other, log, segment);
  }

  /** The first 16 digits: the directory below the archive id that holds the segment. */
  public String directory() {
    return toString().substring(0, 16);
  }

  /** Orders as the names do: by timeline, then by position. */
  @Override
  public int compareTo(WalSegment other) {
    int byTimeline = timeline.compareTo(other.timeline);
    if (byTimeline != 0) {
      return byTimeline;
    }
    int byLog = Long.compare(log, other.log);
    return byLog != 0 ? byLog : Long.compare(segment, other.segment);
  }

  /** The name. */
  @Override
  public String toString() {
    return "%08X%08X%08X".formatted(timeline.number(), log, segment);
  }
}
