package dev.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.repository.manifest.ManifestFiles;
import dev.holdfast.repository.manifest.ManifestFilesBuilder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CopyQueueTest {
  private static BackupPlan plan(long... sizes) {
    ManifestFilesBuilder builder = ManifestFiles.builder();
    BitSet copies = new BitSet();
    for (int i = 0; i < sizes.length; i++) {
      builder.add(
          ManifestFile.found("pg_data/base/1/" + (1000 + i), sizes[i], 1, 0600, "me", "us"));
      copies.set(i);
    }
    return new BackupPlan(
        List.of(), List.of(), List.of(), builder.build(), new BitSet(), copies, new BitSet());
  }

  private static List<String> jobs(CopyQueue queue) {
    return queue.jobs().stream()
        .map(job -> job.bundleId() + ":" + Arrays.toString(job.indexes()))
        .toList();
  }

  private static Optional<StoringOptions.Bundles> bundles(long size, long limit) {
    return Optional.of(new StoringOptions.Bundles(size, limit));
  }

  @Test
  void theLargestFilesGoFirstSoThatNoWorkerEndsAlone() {
    CopyQueue queue = CopyQueue.of(plan(5, 100, 50), Optional.empty(), index -> false);
    assertThat(jobs(queue)).containsExactly("0:[1]", "0:[2]", "0:[0]");
    assertThat(queue.totalBytes()).isEqualTo(155);
  }

  @Test
  void smallFilesFillBundlesAndLargeOnesGoBefore() {
    CopyQueue queue = CopyQueue.of(plan(5, 100, 6, 4, 9, 3), bundles(15, 10), index -> false);
    assertThat(jobs(queue)).containsExactly("0:[1]", "1:[0, 2, 3]", "2:[4, 5]");
  }

  @Test
  void aFileThatIsStoredByItselfAlreadyStaysSo() {
    CopyQueue queue = CopyQueue.of(plan(5, 6, 4), bundles(15, 10), index -> index == 1);
    assertThat(jobs(queue)).containsExactly("0:[1]", "1:[0, 2]");
  }

  @Test
  void whatThePriorBackupHasIsNoWork() {
    BackupPlan plan = plan(5, 6, 4);
    plan.copies().clear(1);
    assertThat(jobs(CopyQueue.of(plan, bundles(100, 10), index -> false)))
        .containsExactly("1:[0, 2]");
    plan.copies().clear();
    assertThat(CopyQueue.of(plan, bundles(100, 10), index -> false).jobs()).isEmpty();
  }

  @Test
  void aBundleHoldsAnyNumberOfFiles() {
    long[] sizes = new long[200];
    CopyQueue queue = CopyQueue.of(plan(sizes), bundles(1, 10), index -> false);
    assertThat(queue.jobs())
        .singleElement()
        .satisfies(job -> assertThat(job.indexes()).hasSize(200));
  }
}
