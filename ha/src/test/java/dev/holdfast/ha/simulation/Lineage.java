package dev.holdfast.ha.simulation;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.TimelineHistory;

/** What a server says of its timeline while it is still behind where that began. */
final class Lineage {
  private Lineage() {}

  /** The part of a history that ends at this LSN: a copy that lags is on an earlier timeline. */
  static TimelineHistory upTo(Lsn end, TimelineHistory line) {
    for (int i = 0; i < line.ancestors().size(); i++) {
      TimelineHistory.Ancestor each = line.ancestors().get(i);
      if (end.compareTo(each.switchPoint()) <= 0) {
        return new TimelineHistory(each.timeline(), line.ancestors().subList(0, i));
      }
    }
    return line;
  }
}
