package dev.holdfast.engine.work;

import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The files of a backup as jobs for workers, each job reading one file of the repository from front
 * to back: a bundle with the files in it, or one file that is not bundled.
 *
 * <p>Big files come first, so that no worker is left alone with one at the end. Only indexes into
 * the manifest are held: a backup may have millions of files.
 */
public final class StoredFileQueue {
  private final List<Job> jobs;
  private final long totalBytes;

  /**
   * What one worker does at once.
   *
   * @param indexes files of the manifest, in the order in which they lie in the repository
   * @param bytes the size of their contents
   */
  public record Job(int[] indexes, long bytes) {}

  private record BundleKey(@Nullable String reference, long id) {}

  private StoredFileQueue(List<Job> jobs, long totalBytes) {
    this.jobs = jobs;
    this.totalBytes = totalBytes;
  }

  /** Plans all files that are not to be passed over. */
  public static StoredFileQueue of(Manifest manifest, Predicate<ManifestFile> skipped) {
    Map<BundleKey, Indexes> bundles = new HashMap<>();
    List<Job> jobs = new ArrayList<>();
    Indexes empty = new Indexes();
    long total = 0;
    for (int index = 0; index < manifest.files().size(); index++) {
      ManifestFile file = manifest.files().get(index);
      if (skipped.test(file)) {
        continue;
      }
      total += file.size();
      if (file.size() == 0) {
        // Stored nowhere, whatever the manifest says of bundles.
        empty.add(index, 0, 0);
      } else if (file.bundleId() != 0) {
        bundles
            .computeIfAbsent(
                new BundleKey(
                    file.reference() == null ? null : file.reference().text(), file.bundleId()),
                key -> new Indexes())
            .add(index, file.bundleOffset(), file.size());
      } else {
        jobs.add(new Job(new int[] {index}, file.size()));
      }
    }
    bundles.values().forEach(bundle -> jobs.add(bundle.job()));
    jobs.sort(Comparator.comparingLong(Job::bytes).reversed());
    empty.split(1000).forEach(jobs::add);
    return new StoredFileQueue(List.copyOf(jobs), total);
  }

  /** In the order in which workers take them. */
  public List<Job> jobs() {
    return jobs;
  }

  /** The size of the contents. */
  public long totalBytes() {
    return totalBytes;
  }

  /**
   * Growing arrays of indexes and where each lies; a list of objects would be five times the size.
   */
  private static final class Indexes {
    private int[] indexes = new int[8];
    private long[] offsets = new long[8];
    private int count;
    private long bytes;

    void add(int index, long offset, long size) {
      if (count == indexes.length) {
        indexes = Arrays.copyOf(indexes, count * 2);
        offsets = Arrays.copyOf(offsets, count * 2);
      }
      indexes[count] = index;
      offsets[count++] = offset;
      bytes += size;
    }

    Job job() {
      Integer[] order = new Integer[count];
      Arrays.setAll(order, i -> i);
      Arrays.sort(order, Comparator.comparingLong(i -> offsets[i]));
      return new Job(Arrays.stream(order).mapToInt(i -> indexes[i]).toArray(), bytes);
    }

    List<Job> split(int most) {
      List<Job> parts = new ArrayList<>();
      for (int from = 0; from < count; from += most) {
        parts.add(new Job(Arrays.copyOfRange(indexes, from, Math.min(count, from + most)), 0));
      }
      return parts;
    }
  }
}
