package dev.holdfast.codec.page;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;

/**
 * Adjacent pages of a relation, numbered through all its segments.
 *
 * @param first the first page
 * @param last the last page, which may be the first
 */
public record PageRange(long first, long last) {
  /** Refuses a range that ends before it begins. */
  public PageRange {
    if (first < 0 || last < first) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "pages " + first + " to " + last + " are not a range");
    }
  }

  /** As warnings show it: {@code 7}, or {@code 7-9}. */
  @Override
  public String toString() {
    return first == last ? Long.toString(first) : first + "-" + last;
  }
}
