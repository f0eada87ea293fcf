package dev.holdfast.engine.backup;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.codec.digest.HashingInputStream;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.catalog.UnfinishedBackups;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.repository.RepositoryFormat;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.repository.manifest.ManifestFiles;
import dev.holdfast.repository.manifest.ManifestFilesBuilder;
import dev.holdfast.repository.manifest.ManifestStore;
import dev.holdfast.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an earlier backup that did not finish has stored already. Only a full backup of the same
 * version and compression is taken over, and of it only files that lie by themselves, have the size
 * and time that they have now, and whose stored bytes still have their hash. Bundles are made anew.
 */
final class Resume {
  private static final Resume NOTHING = new Resume(null, null, null, false);

  private final @Nullable Manifest manifest;
  private final @Nullable Storage storage;
  private final @Nullable StanzaName stanza;
  private final boolean compares;

  private Resume(
      @Nullable Manifest manifest,
      @Nullable Storage storage,
      @Nullable StanzaName stanza,
      boolean compares) {
    this.manifest = manifest;
    this.storage = storage;
    this.stanza = stanza;
    this.compares = compares;
  }

  /** Looks for one, and removes what cannot be taken over and is known to be given up. */
  static Resume find(
      BackupRequest request,
      PriorChoice prior,
      ManifestStore manifests,
      PgControl control,
      UnfinishedBackups unfinished,
      Storage storage,
      Reporter reporter) {
    List<BackupLabel> labels = unfinished.labels();
    for (BackupLabel label : labels.reversed()) {
      if (unfinished.mayBeRunningElsewhere(label)) {
        reporter.warn(
            "backup '"
                + label
                + "' is unfinished and may be running on another host: it is left alone");
        continue;
      }
      boolean newest = label.equals(labels.getLast());
      Resume candidate =
          newest && request.resume() && prior.type() == BackupType.FULL
              ? open(label, request, prior, manifests, control, storage, reporter)
              : NOTHING;
      if (candidate != NOTHING) {
        reporter.warn(
            "resumable backup "
                + label
                + " of same type exists -- invalid files will be removed"
                + " then the backup will resume");
        storage.removeTree(RepositoryLayout.bundles(request.stanza(), label));
        return candidate;
      }
      reporter.warn("backup '" + label + "' cannot be resumed: it is removed");
      storage.removeTree(RepositoryLayout.backup(request.stanza(), label));
    }
    return NOTHING;
  }

  private static Resume open(
      BackupLabel label,
      BackupRequest request,
      PriorChoice prior,
      ManifestStore manifests,
      PgControl control,
      Storage storage,
      Reporter reporter) {
    if (label.type() != BackupType.FULL
        || storage.info(RepositoryLayout.manifestCopy(request.stanza(), label)).isEmpty()) {
      return NOTHING;
    }
    Manifest manifest;
    try {
      manifest = manifests.loadCopy(label);
    } catch (HoldfastException e) {
      reporter.warn("backup '" + label + "' cannot be resumed: " + e.describe());
      return NOTHING;
    }
    boolean same =
        manifest.version().equals(RepositoryFormat.VERSION)
            && manifest.options().compression() == prior.storing().compression()
            && manifest.cluster().systemId().equals(control.systemId())
            && manifest.cluster().version().equals(control.version())
            && manifest.data().blockIncremental() == prior.storing().blocks().isPresent();
    return same ? new Resume(manifest, storage, request.stanza(), false) : NOTHING;
  }

  /** The unfinished backup that is gone on with; null for a new one. */
  @Nullable BackupLabel label() {
    return manifest == null ? null : manifest.data().label();
  }

  /** What its files are encrypted with. */
  @Nullable CipherPass pass() {
    return manifest == null ? null : manifest.cipherPass();
  }

  /** The same, with files' content compared where their times cannot be trusted. */
  Resume comparing(boolean delta) {
    return manifest == null ? this : new Resume(manifest, storage, stanza, delta);
  }

  /** Whether a file's content, rather than its time, tells that it has not changed. */
  boolean compares() {
    return compares;
  }

  /** Removes what it may have stored of files that there are no more. */
  void removeVanished(ManifestFiles now) {
    if (manifest == null || storage == null || stanza == null) {
      return;
    }
    BackupLabel label = manifest.data().label();
    for (ManifestFile file : manifest.files()) {
      if (now.indexOf(file.name()).isEmpty()) {
        storage.remove(
            RepositoryLayout.file(stanza, label, file.name(), manifest.options().compression()));
        storage.remove(RepositoryLayout.blockIncrementalFile(stanza, label, file.name()));
      }
    }
  }

  /** What it says to have stored under this name by itself. */
  Optional<ManifestFile> stored(String name) {
    if (manifest == null) {
      return Optional.empty();
    }
    return manifest
        .files()
        .find(name)
        .filter(file ->
            file.checksum() != null
                && file.size() > 0
                && file.repoSize() > 0
                && !file.isBundled()
                && file.reference() == null);
  }

  /** A plan's files with what it says to have stored of them, which is not looked at here. */
  ManifestFiles claimed(ManifestFiles planned) {
    if (manifest == null) {
      return planned;
    }
    ManifestFilesBuilder claims = ManifestFiles.builder();
    for (ManifestFile file : planned) {
      claim(file).ifPresent(claims::add);
    }
    return planned.overlaidBy(claims.build());
  }

  /** What it has stored of this file, if that is still the file's content and undamaged. */
  Optional<ManifestFile> reusable(ManifestFile now) {
    return claim(now).filter(this::isIntact);
  }

  private Optional<ManifestFile> claim(ManifestFile now) {
    return stored(now.name())
        .filter(before ->
            before.originalSize() == now.originalSize() && before.timestamp() == now.timestamp())
        .map(before -> before.withOriginal(now.originalSize(), now.timestamp()));
  }

  private boolean isIntact(ManifestFile file) {
    Manifest resumed = java.util.Objects.requireNonNull(manifest);
    String path =
        dev.holdfast.repository.Repository.filePath(
            java.util.Objects.requireNonNull(stanza), resumed, file);
    Sha1Hash expected = file.repoChecksum() != null ? file.repoChecksum() : file.checksum();
    try (HashingInputStream input =
        new HashingInputStream(open(java.util.Objects.requireNonNull(storage), path))) {
      byte[] buffer = new byte[64 * 1024];
      while (input.read(buffer) >= 0) {
        // Only the hash is wanted.
      }
      return input.count() == file.repoSize() && input.hash().equals(expected);
    } catch (HoldfastException e) {
      if (e.code() == ErrorCode.FILE_MISSING) {
        return false;
      }
      throw e;
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_READ, "unable to read '" + path + "'", e);
    }
  }

  private static InputStream open(Storage storage, String path) {
    return storage.read(path);
  }
}
