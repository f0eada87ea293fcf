package dev.holdfast.engine.stream;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.WalSegment;
import java.util.Optional;

/**
 * The name of a piece: {@code <24 hex>.<8 hex>.hf}.
 *
 * @param segment what it is a piece of
 * @param offset where in the segment it begins, bytes
 */
public record PieceName(WalSegment segment, int offset) implements Comparable<PieceName> {
  private static final String EXTENSION = ".hf";
  private static final int SEGMENT_DIGITS = 24;
  private static final int OFFSET_START = SEGMENT_DIGITS + 1;
  private static final int OFFSET_END = OFFSET_START + 8;
  private static final int LENGTH = OFFSET_END + EXTENSION.length();

  /** Checks the offset. */
  public PieceName {
    if (offset < 0) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "offset " + offset + " of a piece of " + segment + " is negative");
    }
  }

  /** Parses a file's name; nothing when it is not that of a piece. */
  public static Optional<PieceName> parse(String fileName) {
    if (fileName.length() != LENGTH
        || !fileName.endsWith(EXTENSION)
        || fileName.charAt(SEGMENT_DIGITS) != '.'
        || !WalSegment.isName(fileName.substring(0, SEGMENT_DIGITS))) {
      return Optional.empty();
    }
    long offset = 0;
    for (int index = OFFSET_START; index < OFFSET_END; index++) {
      char digit = fileName.charAt(index);
      if (!(digit >= '0' && digit <= '9' || digit >= 'A' && digit <= 'F')) {
        return Optional.empty();
      }
      offset = offset << 4 | Character.digit(digit, 16);
    }
    return offset > Integer.MAX_VALUE
        ? Optional.empty()
        : Optional.of(
            new PieceName(WalSegment.parse(fileName.substring(0, SEGMENT_DIGITS)), (int) offset));
  }

  /** The name in the repository. */
  public String fileName() {
    return "%s.%08X%s".formatted(segment, offset, EXTENSION);
  }

  @Override
  public int compareTo(PieceName other) {
    int bySegment = segment.compareTo(other.segment);
    return bySegment != 0 ? bySegment : Integer.compare(offset, other.offset);
  }
}
