package dev.holdfast.engine.backup;

import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.repository.manifest.ManifestFiles;
import dev.holdfast.repository.manifest.ManifestFilesBuilder;

/** What has become of the files of a plan. Thread-safe. */
final class CopyResults {
  private final BackupPlan plan;
  private final ManifestFiles known;
  private final ManifestFilesBuilder stored = ManifestFiles.builder();
  private final ManifestFilesBuilder added = ManifestFiles.builder();

  /**
   * @param known the plan's files, with what a resumed backup says to have stored: were that
   *     forgotten now, another crash would make it worthless
   */
  CopyResults(BackupPlan plan, ManifestFiles known) {
    this.plan = plan;
    this.known = known;
  }

  /**
   * A planned file is stored, or found to be the prior backup's. One that vanished before it was
   * read has no result, and is left out: the WAL says why it went.
   */
  void stored(ManifestFile file) {
    stored.add(file);
  }

  /** A file that was in no plan is stored: what the cluster gives at the end, and WAL. */
  void added(ManifestFile file) {
    added.add(file);
  }

  /** The files as they are known now: results where there are any, else the plan's. */
  ManifestFiles unfinished() {
    return known.overlaidBy(stored.build());
  }

  /** The backup's files. */
  ManifestFiles finished() {
    ManifestFiles results = stored.build();
    ManifestFilesBuilder all = ManifestFiles.builder();
    for (int index = 0; index < plan.files().size(); index++) {
      if (!plan.copies().get(index)) {
        all.add(plan.files().get(index));
      }
    }
    results.forEach(all::add);
    added.build().forEach(all::add);
    return all.build();
  }
}
