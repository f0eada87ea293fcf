package dev.holdfast.engine.archive;

import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What should lie in the spool for archive-get, against what does.
 *
 * @param needed segments to fetch, in the order in which PostgreSQL will ask for them
 * @param obsolete names of files to remove
 */
record GetQueue(List<WalSegment> needed, List<String> obsolete) {
  private static final long SMALLEST_QUEUE = 2;

  GetQueue {
    needed = List.copyOf(needed);
    obsolete = List.copyOf(obsolete);
  }

  /**
   * Plans the queue.
   *
   * @param requested the segment that PostgreSQL asks for
   * @param found whether that segment has just been delivered, and the queue starts after it
   * @param present the names that lie in the spool
   * @param queueMax bytes that may lie there
   */
  static GetQueue plan(
      WalSegment requested,
      boolean found,
      List<String> present,
      long queueMax,
      WalSegmentSize size) {
    long total = Math.max(SMALLEST_QUEUE, queueMax / size.bytes());
    Set<String> ideal = new HashSet<>();
    List<WalSegment> needed = new ArrayList<>();
    Set<String> here = new HashSet<>(present);
    WalSegment segment = found ? requested.next(size) : requested;
    for (long count = 0; count < total; count++) {
      String name = segment.toString();
      ideal.add(name);
      if (!here.contains(name)) {
        needed.add(segment);
      }
      segment = segment.next(size);
    }
    List<String> obsolete = new ArrayList<>();
    for (String name : present) {
      if (!ideal.contains(name) && !warnsOf(name, here, ideal)) {
        obsolete.add(name);
      }
    }
    return new GetQueue(needed, obsolete);
  }

  /** An acknowledgement beside a segment that stays holds warnings, which must stay with it. */
  private static boolean warnsOf(String name, Set<String> here, Set<String> ideal) {
    if (!name.endsWith(ArchiveSpool.OK)) {
      return false;
    }
    String segment = name.substring(0, name.length() - ArchiveSpool.OK.length());
    return here.contains(segment) && ideal.contains(segment);
  }
}
