package dev.holdfast.engine.backup;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.repository.manifest.ManifestFiles;
import dev.holdfast.repository.manifest.ManifestFilesBuilder;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which files of the data directory the prior backup may have already. The rules, and
 * when times cannot be trusted, are pgBackRest's ({@code manifestBuildIncr}, {@code
 * manifestDeltaCheck}).
 */
final class PriorComparison {
  private final Manifest prior;
  private final Reporter reporter;

  PriorComparison(Manifest prior, Reporter reporter) {
    this.prior = prior;
    this.reporter = reporter;
  }

  /**
   * Whether content rather than times must tell what has changed.
   *
   * @param delta whether it must already, so that times need not be looked at
   * @param walStart the first segment of the new backup; null offline
   * @param copyStart when copying will begin, epoch seconds
   */
  boolean needsDelta(
      BackupPlan plan,
      boolean delta,
      boolean online,
      @Nullable WalSegment walStart,
      long copyStart) {
    boolean needed = delta;
    WalSegment priorStop = prior.data().archiveStop();
    if (walStart != null
        && priorStop != null
        && !walStart.timeline().equals(priorStop.timeline())) {
      reporter.warn(
          "a timeline switch has occurred since the "
              + prior.data().label()
              + " backup, enabling delta checksum\n"
              + "HINT: this is normal after restoring from backup or promoting a standby.");
      needed = true;
    } else if (prior.options().online() != online) {
      reporter.warn(
          "the online option has changed since the "
              + prior.data().label()
              + " backup, enabling delta checksum");
      needed = true;
    }
    return needed || hasTimeAnomaly(plan, copyStart);
  }

  private boolean hasTimeAnomaly(BackupPlan plan, long copyStart) {
    if (prior.data().timestampCopyStart() > copyStart) {
      reporter.warn("backup start time is before the prior backup's, enabling delta checksum");
      return true;
    }
    for (ManifestFile file : plan.files()) {
      Optional<ManifestFile> before = prior.files().find(file.name());
      if (before.isEmpty()) {
        continue;
      }
      if (file.timestamp() < before.get().timestamp()) {
        reporter.warn(
            "file '"
                + file.name()
                + "' has timestamp earlier than prior backup ("
                + file.timestamp()
                + " < "
                + before.get().timestamp()
                + "), enabling delta checksum");
        return true;
      }
      if (file.size() != before.get().originalSize()
          && file.timestamp() == before.get().timestamp()) {
        reporter.warn(
            "file '"
                + file.name()
                + "' has the same timestamp ("
                + file.timestamp()
                + ") as the prior but different size (prior "
                + before.get().originalSize()
                + ", current "
                + file.size()
                + "), enabling delta checksum");
        return true;
      }
    }
    return false;
  }

  /** The plan in which files that the prior backup has are not copied, or compared first. */
  BackupPlan apply(BackupPlan plan, boolean delta) {
    BackupLabel priorLabel = prior.data().label();
    ManifestFilesBuilder files = ManifestFiles.builder();
    BitSet copies = (BitSet) plan.copies().clone();
    BitSet compares = new BitSet();
    for (int index = 0; index < plan.files().size(); index++) {
      ManifestFile file = plan.files().get(index);
      ManifestFile before = copies.get(index) ? prior.files().find(file.name()).orElse(null) : null;
      if (before == null) {
        files.add(file);
        continue;
      }
      boolean sameSize = file.size() == before.size();
      boolean keepsBlocks = before.hasBlockMap() && file.size() >= before.blockSize();
      boolean compare = delta && sameSize && file.size() != 0;
      compares.set(index, compare);
      if ((file.size() == 0 && before.size() == 0)
          || (!compare && sameSize && file.timestamp() == before.timestamp())) {
        copies.clear(index);
      }
      files.add(sameSize || keepsBlocks ? taking(file, before, priorLabel) : file);
    }
    return new BackupPlan(
        plan.targets(), plan.paths(), plan.links(), files.build(), plan.pages(), copies, compares);
  }

  /** The file as found, stored as the prior backup has it. */
  private static ManifestFile taking(
      ManifestFile found, ManifestFile before, BackupLabel priorLabel) {
    BackupLabel holder = before.reference();
    return new ManifestFile(
        found.name(),
        before.size(),
        found.originalSize(),
        before.repoSize(),
        found.timestamp(),
        before.checksum(),
        before.repoChecksum(),
        holder == null ? priorLabel : holder,
        before.bundleId(),
        before.bundleOffset(),
        before.blockSize(),
        before.blockChecksumSize(),
        before.blockMapSize(),
        before.checksumPage(),
        before.checksumPageErrors(),
        found.mode(),
        found.user(),
        found.group());
  }
}
