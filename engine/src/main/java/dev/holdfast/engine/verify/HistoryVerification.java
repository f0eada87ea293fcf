package dev.holdfast.engine.verify;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.manifest.ManifestStore;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Reads the manifests that the history keeps, one after the other, those of expired backups too.
 */
final class HistoryVerification {
  private final VerifyRequest request;
  private final BackupInfo info;
  private final ManifestStore manifests;
  private final Reporter reporter;

  HistoryVerification(VerifyRequest request, BackupInfo info, Reporter reporter) {
    this.request = request;
    this.info = info;
    this.manifests = request.repository().manifests(request.stanza(), info);
    this.reporter = reporter;
  }

  /** What is wrong with them. */
  List<Finding> verify() {
    List<Finding> findings = new ArrayList<>();
    TreeSet<BackupLabel> remembered = new TreeSet<>(manifests.history());
    remembered.stream().filter(this::isWanted).forEach(label -> check(label, findings));
    // Not an error: a backup that was cut off between its manifest and this one, and taken into
    // the catalog later, has none, and can be restored all the same.
    info.backups().stream()
        .map(backup -> backup.label())
        .filter(label -> isWanted(label) && !remembered.contains(label))
        .map(this::path)
        .forEach(path -> reporter.warn("file missing '" + path + "'"));
    return findings;
  }

  private boolean isWanted(BackupLabel label) {
    return request.set().stream().allMatch(label::equals);
  }

  private void check(BackupLabel label, List<Finding> findings) {
    try {
      BackupLabel named = manifests.loadHistory(label).data().label();
      if (!named.equals(label)) {
        findings.add(new Finding(path(label), Finding.Fault.OTHER, "it is of backup " + named));
      }
    } catch (HoldfastException e) {
      if (e.code() == ErrorCode.TERM) {
        throw e;
      }
      if (e.code() != ErrorCode.FILE_MISSING) {
        findings.add(Findings.of(path(label), e));
      }
    }
  }

  private String path(BackupLabel label) {
    return RepositoryLayout.historyManifest(request.stanza(), label);
  }
}
