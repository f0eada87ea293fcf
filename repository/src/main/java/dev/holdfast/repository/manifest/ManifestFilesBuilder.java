package dev.holdfast.repository.manifest;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Collects files in any order, from several threads.
 *
 * <p>Packs each file at once, so that a backup's results cost no more memory than its manifest.
 */
public final class ManifestFilesBuilder {
  private final PackedEntries.Writer writer = new PackedEntries.Writer();
  private int[] positions = new int[64];
  private int size;
  private boolean sorted = true;

  ManifestFilesBuilder() {}

  /** Adds a file; each name once. */
  public synchronized void add(ManifestFile file) {
    int position = writer.append(file);
    if (size == positions.length) {
      positions = Arrays.copyOf(positions, Math.max(size + 1, size + size / 2));
    }
    sorted =
        sorted
            && (size == 0
                || writer.entries().compareName(positions[size - 1], writer.entries(), position)
                    < 0);
    positions[size++] = position;
  }

  /** How many were added. */
  public synchronized int size() {
    return size;
  }

  /**
   * What was added so far, sorted; more may be added afterwards.
   *
   * @throws HoldfastException format (29) when a name was added twice
   */
  public synchronized ManifestFiles build() {
    PackedEntries entries = writer.entries().copy();
    int[] order = Arrays.copyOf(positions, size);
    if (!sorted) {
      sort(entries, order);
      for (int i = 1; i < order.length; i++) {
        if (entries.compareName(order[i - 1], entries, order[i]) == 0) {
          throw new HoldfastException(
              ErrorCode.FORMAT, "file '" + entries.name(order[i]) + "' is in the manifest twice");
        }
      }
    }
    return new ManifestFiles(entries, order);
  }

  /** Gives every file whose mode or owners were not said (see PackedEntries) these. */
  synchronized void resolveDefaults(int mode, @Nullable String user, @Nullable String group) {
    writer.resolveDefaults(mode, user, group);
  }

  /** A merge sort on the array itself: a million boxed indices would cost more than the files. */
  private static void sort(PackedEntries entries, int[] order) {
    int[] from = order;
    int[] to = new int[order.length];
    for (int width = 1; width < order.length && width > 0; width *= 2) {
      for (int start = 0; start < order.length; start += 2 * width) {
        int middle = Math.min(start + width, order.length);
        merge(entries, from, to, start, middle, Math.min(start + 2 * width, order.length));
      }
      int[] swap = from;
      from = to;
      to = swap;
    }
    if (from != order) {
      System.arraycopy(from, 0, order, 0, order.length);
    }
  }

  private static void merge(
      PackedEntries entries, int[] from, int[] to, int start, int middle, int end) {
    int left = start;
    int right = middle;
    for (int i = start; i < end; i++) {
      boolean takeLeft =
          left < middle
              && (right >= end || entries.compareName(from[left], entries, from[right]) <= 0);
      to[i] = takeLeft ? from[left++] : from[right++];
    }
  }
}
