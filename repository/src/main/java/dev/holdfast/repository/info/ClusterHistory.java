package dev.holdfast.repository.info;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The clusters that a stanza has been, oldest first.
 *
 * @param currentId the key of the one it is now
 * @param entries at least that one
 */
public record ClusterHistory(int currentId, List<ClusterEntry> entries) {

  /** Sorts, and checks that the current one is among them. */
  public ClusterHistory {
    List<ClusterEntry> sorted = new ArrayList<>(entries);
    sorted.sort(Comparator.comparingInt(ClusterEntry::id));
    entries = List.copyOf(sorted);
    if (find(entries, currentId).isEmpty()) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "unable to find current id " + currentId + " in history");
    }
  }

  /** The history of a new stanza. */
  public static ClusterHistory of(ClusterEntry only) {
    return new ClusterHistory(only.id(), List.of(only));
  }

  private static Optional<ClusterEntry> find(List<ClusterEntry> entries, int id) {
    return entries.stream().filter(entry -> entry.id() == id).findFirst();
  }

  /** The cluster that the stanza is now. */
  public ClusterEntry current() {
    return find(entries, currentId).orElseThrow();
  }

  /** The cluster of this key. */
  public Optional<ClusterEntry> entry(int id) {
    return find(entries, id);
  }

  /** The clusters, newest first. */
  public List<ClusterEntry> newestFirst() {
    return entries.reversed();
  }

  /** The history with a further cluster, which becomes the current one. */
  public ClusterHistory with(ClusterEntry next) {
    List<ClusterEntry> more = new ArrayList<>(entries);
    more.add(next);
    return new ClusterHistory(next.id(), more);
  }
}
