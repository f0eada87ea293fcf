package dev.holdfast.engine.verify;

import dev.holdfast.codec.digest.HashingInputStream;
import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.work.WorkerPool;
import dev.holdfast.postgres.control.WalHeader;
import dev.holdfast.repository.archive.ArchiveFinder;
import dev.holdfast.repository.archive.ArchivePath;
import dev.holdfast.repository.info.ArchiveInfo;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads the WAL of one archive id. */
final class ArchiveVerification {
  private final VerifyRequest request;
  private final ArchiveInfo info;
  private final ArchiveFinder finder;
  private final Reporter reporter;

  ArchiveVerification(VerifyRequest request, ArchiveInfo info, Reporter reporter) {
    this.request = request;
    this.info = info;
    this.finder = request.repository().archive(request.stanza());
    this.reporter = reporter;
  }

  /** Reads the segments that are wanted. */
  VerifyResult.Archive verify(ArchiveId id, Predicate<WalSegment> wanted) {
    List<ArchivePath> segments = segments(id, wanted);
    List<Finding> findings = new ArrayList<>(duplicates(segments));
    AtomicInteger size = new AtomicInteger(WalSegmentSize.DEFAULT.bytes());
    AtomicInteger vanished = new AtomicInteger();
    WorkerPool.run(
        "verify",
        request.workers(),
        segments,
        worker ->
            segment -> {
              Optional<Finding> finding = check(segment, size);
              if (finding.isEmpty()) {
                return;
              }
              if (finding.get().fault() == Finding.Fault.MISSING) {
                // It was there when the directory was listed: expire has taken it since.
                vanished.incrementAndGet();
                reporter.warn("file missing '" + finding.get().file() + "'");
                return;
              }
              synchronized (findings) {
                findings.add(finding.get());
              }
            });
    findings.sort(Comparator.comparing(Finding::file));
    return new VerifyResult.Archive(
        id,
        segments.size() - vanished.get(),
        ranges(segments, new WalSegmentSize(size.get())),
        findings);
  }

  private List<ArchivePath> segments(ArchiveId id, Predicate<WalSegment> wanted) {
    List<ArchivePath> segments = new ArrayList<>();
    for (String directory : finder.directories(id)) {
      for (ArchivePath segment : finder.segments(id, directory)) {
        if (wanted.test(segment.segment())) {
          segments.add(segment);
        }
      }
    }
    return segments;
  }

  private List<Finding> duplicates(List<ArchivePath> segments) {
    Map<String, Integer> counts = new HashMap<>();
    segments.forEach(segment -> counts.merge(segment.walName(), 1, Integer::sum));
    return segments.stream()
        .filter(segment -> counts.getOrDefault(segment.walName(), 0) > 1)
        .map(segment ->
            new Finding(
                segment.path(request.stanza()),
                Finding.Fault.OTHER,
                "the segment is in the archive more than once"))
        .toList();
  }

  private Optional<Finding> check(ArchivePath segment, AtomicInteger size) {
    String path = segment.path(request.stanza());
    try (HashingInputStream wal =
        new HashingInputStream(request.repository().openWal(request.stanza(), info, segment))) {
      byte[] header = wal.readNBytes(WalHeader.BYTES);
      wal.transferTo(OutputStream.nullOutputStream());
      if (!wal.hash().equals(segment.hash())) {
        return Optional.of(
            new Finding(
                path, Finding.Fault.CHECKSUM, "its content has the SHA-1 " + wal.hash().hex()));
      }
      WalSegmentSize expected = WalHeader.parse(header, null).segmentSize();
      size.set(expected.bytes());
      return wal.count() == expected.bytes()
          ? Optional.empty()
          : Optional.of(
              new Finding(
                  path,
                  Finding.Fault.SIZE,
                  "it has %d bytes and not %d".formatted(wal.count(), expected.bytes())));
    } catch (HoldfastException e) {
      if (e.code() == ErrorCode.TERM) {
        throw e;
      }
      return Optional.of(Findings.of(path, e));
    } catch (IOException e) {
      return Optional.of(new Finding(path, Finding.Fault.OTHER, String.valueOf(e.getMessage())));
    }
  }

  /** Stretches without a gap, each on one timeline. */
  private static List<VerifyResult.Range> ranges(List<ArchivePath> segments, WalSegmentSize size) {
    TreeMap<WalSegment, ArchivePath> ordered = new TreeMap<>();
    segments.stream()
        .filter(segment -> !segment.partial())
        .forEach(segment -> ordered.put(segment.segment(), segment));
    List<VerifyResult.Range> ranges = new ArrayList<>();
    @Nullable WalSegment start = null;
    @Nullable WalSegment stop = null;
    for (WalSegment segment : ordered.keySet()) {
      if (start != null && stop != null && !stop.next(size).equals(segment)) {
        ranges.add(new VerifyResult.Range(start.toString(), stop.toString()));
        start = null;
      }
      if (start == null) {
        start = segment;
      }
      stop = segment;
    }
    if (start != null && stop != null) {
      ranges.add(new VerifyResult.Range(start.toString(), stop.toString()));
    }
    return ranges;
  }
}
