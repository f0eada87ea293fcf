package dev.holdfast.codec.page;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the check of a segment file found.
 *
 * @param aligned whether the file's size is a multiple of the page size
 * @param invalid the invalid pages in order, adjacent ones together
 */
public record PageCheck(boolean aligned, List<PageRange> invalid) {
  /** Copies the list. */
  public PageCheck {
    invalid = List.copyOf(invalid);
  }

  /** Whether the file is aligned and all its pages are valid: the manifest's checksum-page. */
  public boolean valid() {
    return aligned && invalid.isEmpty();
  }

  /**
   * The manifest's checksum-page-error: a JSON array of page numbers and of pairs of first and last
   * page, for example {@code [1,[3,5]]}. Null when there is none: for a valid file, and for one
   * that is not aligned, whose pages say nothing.
   */
  public @Nullable String errorJson() {
    if (!aligned || invalid.isEmpty()) {
      return null;
    }
    StringBuilder json = new StringBuilder("[");
    for (PageRange range : invalid) {
      if (json.length() > 1) {
        json.append(',');
      }
      if (range.first() == range.last()) {
        json.append(range.first());
      } else {
        json.append('[').append(range.first()).append(',').append(range.last()).append(']');
      }
    }
    return json.append(']').toString();
  }
}
