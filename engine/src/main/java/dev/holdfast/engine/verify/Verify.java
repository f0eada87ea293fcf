package dev.holdfast.engine.verify;

import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.info.ArchiveInfo;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.info.ClusterEntry;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestFiles;
import dev.holdfast.storage.StorageEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Verifies one stanza in one repository. Changes nothing, and throws for nothing that it reads. */
public final class Verify {
  private final VerifyRequest request;
  private final Repository repository;
  private final Reporter reporter;
  private final List<String> problems = new ArrayList<>();

  /** Prepares a verification; {@link #run} does it. */
  public Verify(VerifyRequest request, Reporter reporter) {
    this.request = request;
    this.repository = request.repository();
    this.reporter = reporter;
  }

  /** Reads everything. */
  public VerifyResult run() {
    Optional<BackupInfo> backupInfo = backupInfo();
    Optional<ArchiveInfo> archiveInfo = archiveInfo();
    if (backupInfo.isEmpty() || archiveInfo.isEmpty()) {
      return new VerifyResult(List.of(), List.of(), problems);
    }
    checkCopies();
    if (!isSameHistory(archiveInfo.get(), backupInfo.get())) {
      problems.add("archive and backup history lists do not match");
      return new VerifyResult(List.of(), List.of(), problems);
    }
    List<VerifyResult.Backup> backups = new ArrayList<>();
    List<Manifest> readable = new ArrayList<>();
    TreeSet<BackupLabel> labels = labels(backupInfo.get());
    BackupVerification verification = new BackupVerification(request, backupInfo.get(), reporter);
    for (BackupLabel label : labels) {
      BackupVerification.Outcome outcome = verification.verify(label, label.equals(labels.last()));
      backups.add(outcome.result());
      outcome.manifest().ifPresent(manifest -> readable.add(withoutFiles(manifest)));
    }
    new HistoryVerification(request, backupInfo.get(), reporter).verify().forEach(this::problem);
    List<VerifyResult.Archive> archives = archives(archiveInfo.get(), readable);
    return new VerifyResult(archives, backups, problems);
  }

  private static Manifest withoutFiles(Manifest manifest) {
    return manifest.withFiles(ManifestFiles.of(List.of()));
  }

  private Optional<BackupInfo> backupInfo() {
    try {
      return Optional.of(repository.infos(request.stanza()).backupInfo());
    } catch (HoldfastException e) {
      problems.add("No usable backup.info file: " + e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<ArchiveInfo> archiveInfo() {
    try {
      return Optional.of(repository.infos(request.stanza()).archiveInfo());
    } catch (HoldfastException e) {
      problems.add("No usable archive.info file: " + e.getMessage());
      return Optional.empty();
    }
  }

  private void checkCopies() {
    CopyCheck check = new CopyCheck(repository.storage(), repository.pass());
    for (String path :
        List.of(
            RepositoryLayout.backupInfo(request.stanza()),
            RepositoryLayout.archiveInfo(request.stanza()))) {
      check.check(path).ifPresent(this::problem);
    }
  }

  private void problem(Finding finding) {
    problems.add(finding.fault().words() + " '" + finding.file() + "': " + finding.detail());
  }

  private static boolean isSameHistory(ArchiveInfo archive, BackupInfo backup) {
    List<ClusterEntry> one = archive.history().entries();
    List<ClusterEntry> other = backup.history().entries();
    boolean same =
        one.size() == other.size() && archive.history().currentId() == backup.history().currentId();
    for (int i = 0; same && i < one.size(); i++) {
      same =
          one.get(i).id() == other.get(i).id()
              && one.get(i).isSameCluster(other.get(i).systemId(), other.get(i).version());
    }
    return same;
  }

  /** The backups to read, those among them that only the catalog or only the directory has. */
  private TreeSet<BackupLabel> labels(BackupInfo info) {
    TreeSet<BackupLabel> stored = new TreeSet<>();
    for (StorageEntry entry :
        repository.storage().list(RepositoryLayout.backup(request.stanza()))) {
      if (entry.isPath() && BackupLabel.isLabel(entry.name())) {
        stored.add(new BackupLabel(entry.name()));
      }
    }
    if (request.set().isPresent()) {
      BackupLabel set = request.set().get();
      if (!stored.contains(set)) {
        problems.add("backup set " + set + " is not valid");
        return new TreeSet<>();
      }
      return new TreeSet<>(List.of(set));
    }
    for (BackupLabel label : stored) {
      if (info.backup(label).isEmpty()) {
        reporter.warn("backup '" + label + "' found in the repository but not in backup.info");
      }
    }
    info.backups()
        .forEach(backup -> {
          if (stored.add(backup.label())) {
            problems.add(
                "backup '" + backup.label() + "' found in backup.info but not in the repository");
          }
        });
    return stored;
  }

  private List<VerifyResult.Archive> archives(ArchiveInfo info, List<Manifest> backups) {
    if (request.set().isPresent() && backups.isEmpty()) {
      return List.of();
    }
    Map<ArchiveId, VerifyResult.Archive> archives = new HashMap<>();
    List<VerifyResult.Archive> result = new ArrayList<>();
    ArchiveVerification verification = new ArchiveVerification(request, info, reporter);
    ArchiveTextCheck texts = new ArchiveTextCheck(request, info);
    for (ArchiveId id : repository.archive(request.stanza()).archiveIds()) {
      if (info.history().entries().stream().noneMatch(entry -> entry.archiveId().equals(id))) {
        problems.add("archiveId '" + id + "' is not in the archive.info history list");
        continue;
      }
      VerifyResult.Archive archive = verification.verify(id, wanted(id, backups));
      texts.check(id, wanted(id, backups)).forEach(this::problem);
      archives.put(id, archive);
      result.add(archive);
    }
    backups.forEach(backup -> checkWal(backup, archives.get(backup.cluster().archiveId())));
    return result;
  }

  /** With a set, only the WAL that makes it consistent. */
  private Predicate<WalSegment> wanted(ArchiveId id, List<Manifest> backups) {
    if (request.set().isEmpty()) {
      return segment -> true;
    }
    WalSegment start = backups.getFirst().data().archiveStart();
    WalSegment stop = backups.getFirst().data().archiveStop();
    if (start == null || stop == null || !backups.getFirst().cluster().archiveId().equals(id)) {
      return segment -> false;
    }
    return segment -> segment.compareTo(start) >= 0 && segment.compareTo(stop) <= 0;
  }

  /** A backup without the WAL from its start to its stop cannot be made consistent. */
  private void checkWal(Manifest backup, VerifyResult.@Nullable Archive archive) {
    WalSegment start = backup.data().archiveStart();
    WalSegment stop = backup.data().archiveStop();
    if (start == null || stop == null || !start.timeline().equals(stop.timeline())) {
      return;
    }
    boolean there =
        archive != null
            && archive.ranges().stream()
                .anyMatch(range ->
                    range.start().compareTo(start.toString()) <= 0
                        && range.stop().compareTo(stop.toString()) >= 0);
    if (!there) {
      problems.add(
          "backup %s lacks WAL between %s and %s of archive %s"
              .formatted(backup.data().label(), start, stop, backup.cluster().archiveId()));
    }
  }
}
