package dev.holdfast.engine.backup;

import dev.holdfast.codec.page.PageCheck;
import dev.holdfast.codec.page.PageRange;
import dev.holdfast.domain.ByteCount;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.manifest.ManifestFile;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says what becomes of each file, and how far the copying is. Thread-safe. */
final class CopyReport {
  private final CopySettings settings;
  private final Reporter reporter;
  private final long totalBytes;
  private final AtomicLong doneBytes = new AtomicLong();

  CopyReport(CopySettings settings, Reporter reporter, long totalBytes) {
    this.settings = settings;
    this.reporter = reporter;
    this.totalBytes = totalBytes;
  }

  long totalBytes() {
    return totalBytes;
  }

  long doneBytes() {
    return doneBytes.get();
  }

  /** For one worker, by its number. */
  CopyListener listener(int worker) {
    return new CopyListener() {
      @Override
      public void copied(long bytes) {
        progress(bytes);
      }

      @Override
      public void stored(ManifestFile file, @Nullable PageCheck pages) {
        detail(worker, "backup file ", file);
        if (pages != null && !pages.valid()) {
          warnOfPages(file, pages);
        }
      }

      @Override
      public void unchanged(ManifestFile file) {
        progress(file.size());
        detail(worker, "match file from prior backup ", file);
      }

      @Override
      public void vanished(ManifestFile file) {
        progress(file.originalSize());
        reporter.log(
            Reporter.Level.DETAIL,
            worker,
            "skip file removed by database " + settings.source(file.name()));
      }
    };
  }

  private void progress(long bytes) {
    long done = Math.min(totalBytes, doneBytes.addAndGet(bytes));
    reporter.progress(new Reporter.Progress("backup", done, totalBytes));
  }

  private void detail(int worker, String action, ManifestFile file) {
    if (reporter.shows(Reporter.Level.DETAIL)) {
      reporter.log(
          Reporter.Level.DETAIL,
          worker,
          "%s%s (%s%s)%s"
              .formatted(
                  action,
                  settings.source(file.name()),
                  file.isBundled()
                      ? "bundle " + file.bundleId() + "/" + file.bundleOffset() + ", "
                      : "",
                  new ByteCount(file.size()),
                  file.checksum() == null ? "" : " checksum " + file.checksum()));
    }
  }

  private void warnOfPages(ManifestFile file, PageCheck pages) {
    if (!pages.aligned()) {
      reporter.warn(
          "page misalignment in file %s: file size %d is not divisible by page size %d"
              .formatted(settings.source(file.name()), file.size(), settings.pageSize()));
      return;
    }
    List<PageRange> invalid = pages.invalid();
    boolean one = invalid.size() == 1 && invalid.getFirst().first() == invalid.getFirst().last();
    reporter.warn(
        "invalid page checksum%s found in file %s at page%s %s"
            .formatted(
                one ? "" : "s",
                settings.source(file.name()),
                one ? "" : "s",
                invalid.stream().map(PageRange::toString).collect(Collectors.joining(", "))));
  }
}
