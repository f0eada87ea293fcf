package dev.holdfast.engine.backup;

import dev.holdfast.repository.manifest.ManifestFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * The files to be copied as jobs for workers: large files by themselves, largest first so that no
 * worker is left alone with one at the end; then small files in bundles, in the order in which the
 * directory has them, so that a database's files lie together.
 */
final class CopyQueue {
  private final List<CopyJob> jobs = new ArrayList<>();
  private long totalBytes;
  private long bundles;

  private CopyQueue() {}

  /**
   * Plans the copies.
   *
   * @param alone files that go by themselves whatever their size: those that a resumed backup has
   *     already stored so
   */
  static CopyQueue of(
      BackupPlan plan, Optional<StoringOptions.Bundles> bundles, IntPredicate alone) {
    CopyQueue queue = new CopyQueue();
    List<CopyJob> single = new ArrayList<>();
    int[] pending = new int[64];
    int count = 0;
    long bytes = 0;
    for (int index = plan.copies().nextSetBit(0);
        index >= 0;
        index = plan.copies().nextSetBit(index + 1)) {
      ManifestFile file = plan.files().get(index);
      long size = file.originalSize();
      queue.totalBytes += size;
      if (bundles.isEmpty() || size > bundles.get().limit() || alone.test(index)) {
        single.add(new CopyJob(new int[] {index}, 0, size));
        continue;
      }
      if (count > 0 && bytes + size > bundles.get().size()) {
        queue.addBundle(pending, count, bytes);
        count = 0;
        bytes = 0;
      }
      if (count == pending.length) {
        pending = Arrays.copyOf(pending, count * 2);
      }
      pending[count++] = index;
      bytes += size;
    }
    if (count > 0) {
      queue.addBundle(pending, count, bytes);
    }
    single.sort(Comparator.comparingLong(CopyJob::bytes).reversed());
    queue.jobs.addAll(0, single);
    return queue;
  }

  private void addBundle(int[] indexes, int count, long bytes) {
    jobs.add(new CopyJob(Arrays.copyOf(indexes, count), ++bundles, bytes));
  }

  /** In the order in which workers take them. */
  List<CopyJob> jobs() {
    return jobs;
  }

  /** What the files had when the directory was scanned. */
  long totalBytes() {
    return totalBytes;
  }

  /** A number for a bundle that no job has. */
  long nextBundleId() {
    return ++bundles;
  }
}
