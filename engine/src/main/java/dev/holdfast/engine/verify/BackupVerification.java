package dev.holdfast.engine.verify;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.work.StoredFileQueue;
import dev.holdfast.engine.work.WorkerPool;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.repository.manifest.ManifestStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads backups, in order of their labels. What one of them takes from another that was read before
 * is not read again: its findings are carried over. Remembers one full backup and its dependants at
 * a time, because no others refer to one another.
 */
final class BackupVerification {
  private final VerifyRequest request;
  private final Repository repository;
  private final BackupInfo info;
  private final ManifestStore manifests;
  private final Reporter reporter;
  private final Map<BackupLabel, Read> chain = new HashMap<>();
  private final AtomicLong bytes = new AtomicLong();

  /** A backup that was read: its manifest, and what is wrong with its own files, by their names. */
  private record Read(Manifest manifest, Map<String, Finding> findings) {}

  /**
   * What became of a backup.
   *
   * @param manifest of the backup; nothing when it could not be read
   */
  record Outcome(VerifyResult.Backup result, Optional<Manifest> manifest) {}

  BackupVerification(VerifyRequest request, BackupInfo info, Reporter reporter) {
    this.request = request;
    this.repository = request.repository();
    this.info = info;
    this.manifests = repository.manifests(request.stanza(), info);
    this.reporter = reporter;
  }

  /**
   * Reads a backup.
   *
   * @param newest whether it is the newest directory, which may be of a backup in progress
   */
  Outcome verify(BackupLabel label, boolean newest) {
    chain.keySet().removeIf(other -> !other.full().equals(label.full()));
    String path = RepositoryLayout.manifest(request.stanza(), label);
    if (!manifests.isComplete(label)) {
      if (info.backup(label).isPresent()) {
        // Whoever reads the catalog counts on it, so this is worth an alarm even though an expire
        // that runs now, or was cut off, leaves the same for a while.
        return without(
            label,
            VerifyResult.Status.INVALID,
            List.of(
                new Finding(
                    path,
                    Finding.Fault.MISSING,
                    "backup.info has the backup; is an expire running, or was one cut off?")));
      }
      return without(
          label,
          newest ? VerifyResult.Status.IN_PROGRESS : VerifyResult.Status.MANIFEST_MISSING,
          List.of());
    }
    Optional<Finding> copy = new CopyCheck(repository.storage(), info.manifestPass()).check(path);
    Manifest manifest;
    try {
      manifest = manifests.load(label);
    } catch (HoldfastException e) {
      return without(label, VerifyResult.Status.INVALID, List.of(Findings.of(path, e)));
    }
    if (!manifest.data().label().equals(label)) {
      return without(
          label,
          VerifyResult.Status.INVALID,
          List.of(
              new Finding(
                  path, Finding.Fault.OTHER, "it is of backup " + manifest.data().label())));
    }
    List<Finding> findings = new ArrayList<>(files(manifest));
    copy.ifPresent(findings::add);
    findings.sort(Comparator.comparing(Finding::file).thenComparing(Finding::detail));
    return new Outcome(
        new VerifyResult.Backup(
            label,
            findings.isEmpty() ? VerifyResult.Status.VALID : VerifyResult.Status.INVALID,
            manifest.files().size(),
            findings),
        Optional.of(manifest));
  }

  private static Outcome without(
      BackupLabel label, VerifyResult.Status status, List<Finding> findings) {
    // The manifest is the one file that was looked at, when something is wrong with it.
    return new Outcome(
        new VerifyResult.Backup(label, status, findings.size(), findings), Optional.empty());
  }

  private List<Finding> files(Manifest manifest) {
    Map<String, Finding> own = new HashMap<>();
    List<Finding> all = new ArrayList<>();
    for (ManifestFile file : manifest.files()) {
      Read holder = holder(file);
      Finding finding = holder == null ? null : holder.findings().get(file.name());
      if (finding != null) {
        all.add(finding);
      }
    }
    WorkerPool.run(
        "verify",
        request.workers(),
        StoredFileQueue.of(manifest, file -> holder(file) != null).jobs(),
        worker -> {
          BackupFileCheck check =
              new BackupFileCheck(
                  repository,
                  request.stanza(),
                  manifest,
                  (file, finding) -> {
                    synchronized (own) {
                      own.put(file.name(), finding);
                    }
                    reporter.log(
                        Reporter.Level.INFO,
                        worker,
                        finding.fault().words() + " '" + finding.file() + "': " + finding.detail());
                  });
          return job -> {
            check.run(job);
            reporter.progress(new Reporter.Progress("verify", bytes.addAndGet(job.bytes()), 0));
          };
        });
    chain.put(manifest.data().label(), new Read(manifest, own));
    all.addAll(own.values());
    return all;
  }

  /** The backup with which the same stored bytes were compared with the same checksum before. */
  private @Nullable Read holder(ManifestFile file) {
    Read holder = file.reference() == null ? null : chain.get(file.reference());
    return holder != null
            && holder
                .manifest()
                .files()
                .find(file.name())
                .filter(other ->
                    other.reference() == null
                        && other.size() == file.size()
                        && other.repoSize() == file.repoSize()
                        && other.bundleId() == file.bundleId()
                        && other.bundleOffset() == file.bundleOffset()
                        && other.blockMapSize() == file.blockMapSize()
                        && Objects.equals(other.checksum(), file.checksum()))
                .isPresent()
        ? holder
        : null;
  }
}
