package dev.holdfast.engine.catalog;

import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.repository.RepositoryFormat;
import dev.holdfast.repository.info.BackupEntry;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestData;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.repository.manifest.ManifestOptions;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes backup.info's entry of a backup from its manifest. */
public final class CatalogEntries {
  private CatalogEntries() {}

  /** The entry; its sizes are the sums of the manifest's files. */
  public static BackupEntry of(Manifest manifest) {
    ManifestData data = manifest.data();
    ManifestOptions options = manifest.options();
    return new BackupEntry(
        data.label(),
        RepositoryFormat.NUMBER,
        manifest.version(),
        data.type(),
        data.prior(),
        references(data),
        data.timestampStart(),
        data.timestampStop(),
        data.archiveStart(),
        data.archiveStop(),
        data.lsnStart(),
        data.lsnStop(),
        hasErrors(manifest),
        sizes(manifest),
        manifest.cluster().historyId(),
        new BackupEntry.Options(
            options.archiveCheck(),
            options.archiveCopy(),
            Boolean.TRUE.equals(options.backupStandby()),
            Boolean.TRUE.equals(options.checksumPage()),
            options.compression() != CompressionType.NONE,
            options.hardlink(),
            options.online()),
        data.annotations(),
        new TreeMap<>());
  }

  private static @Nullable List<BackupLabel> references(ManifestData data) {
    return data.type() == BackupType.FULL
        ? null
        : data.references().stream().filter(label -> !label.equals(data.label())).sorted().toList();
  }

  private static boolean hasErrors(Manifest manifest) {
    for (ManifestFile file : manifest.files()) {
      if (file.hasPageErrors()) {
        return true;
      }
    }
    return false;
  }

  private static BackupEntry.Sizes sizes(Manifest manifest) {
    long size = 0;
    long sizeDelta = 0;
    long repoSize = 0;
    long repoSizeDelta = 0;
    long map = 0;
    long mapDelta = 0;
    for (ManifestFile file : manifest.files()) {
      long stored = file.repoSize() > 0 ? file.repoSize() : file.size();
      size += file.size();
      repoSize += stored;
      map += file.blockMapSize();
      if (file.reference() == null) {
        sizeDelta += file.size();
        repoSizeDelta += stored;
        mapDelta += file.blockMapSize();
      }
    }
    boolean blocks = manifest.data().blockIncremental();
    return new BackupEntry.Sizes(
        size, sizeDelta, repoSize, repoSizeDelta, blocks ? map : null, blocks ? mapDelta : null);
  }
}
