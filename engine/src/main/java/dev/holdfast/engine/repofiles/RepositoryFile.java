package dev.holdfast.engine.repofiles;

import dev.holdfast.codec.cipher.BlockCipher;
import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.info.BackupInfo;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * One file of a repository, read as it is or decrypted. Which passphrase opens a file follows from
 * where it lies, because each kind of file holds the passphrase of the next (see {@link
 * Repository}). Nothing is decompressed.
 *
 * @param repository where it is
 * @param path of the file, relative to the repository
 */
public record RepositoryFile(Repository repository, String path) {

  /** Whether it is there, as a file. */
  public boolean exists() {
    return repository.storage().info(path).isPresent();
  }

  /** Opens it as it is stored. */
  public InputStream openRaw() {
    return repository.storage().read(path);
  }

  /**
   * Opens it decrypted, in a repository that is encrypted, and as it is in another.
   *
   * @param given the passphrase to try instead of the one that the repository knows
   * @param stanza the only stanza whose files are wanted; empty for any
   * @throws HoldfastException OPTION_INVALID_VALUE when the file is another stanza's, or lies where
   *     no encrypted file of a repository can lie
   */
  public InputStream openDecrypted(Optional<CipherPass> given, Optional<StanzaName> stanza) {
    Optional<CipherPass> pass = repository.pass();
    if (pass.isEmpty()) {
      return openRaw();
    }
    CipherPass used = given.isPresent() ? given.get() : passOfPlace(pass.get(), stanza);
    return BlockCipher.decrypt(openRaw(), used, false);
  }

  private CipherPass passOfPlace(CipherPass repositoryPass, Optional<StanzaName> wanted) {
    List<String> parts = List.of(path.split("/"));
    if (parts.size() < 3) {
      throw undetermined();
    }
    StanzaName stanza = new StanzaName(parts.get(1));
    if (wanted.isPresent() && !wanted.get().equals(stanza)) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "stanza name '" + wanted.get() + "' given in option doesn't match the given path");
    }
    if (parts.getFirst().equals(RepositoryLayout.archives())) {
      return isOrCopy(RepositoryLayout.archiveInfo(stanza))
          ? repositoryPass
          : repository.infos(stanza).archiveInfo().walPass().orElseThrow(this::undetermined);
    }
    if (parts.getFirst().equals(RepositoryLayout.backups())) {
      return isOrCopy(RepositoryLayout.backupInfo(stanza))
          ? repositoryPass
          : passOfBackup(stanza, parts.get(2));
    }
    throw undetermined();
  }

  private CipherPass passOfBackup(StanzaName stanza, String directory) {
    BackupInfo info = repository.infos(stanza).backupInfo();
    boolean isManifest =
        directory.equals(RepositoryLayout.HISTORY_PATH)
            || path.endsWith(RepositoryLayout.MANIFEST_FILE)
            || path.endsWith(RepositoryLayout.MANIFEST_FILE + RepositoryLayout.COPY_EXTENSION);
    if (isManifest) {
      return info.manifestPass().orElseThrow(this::undetermined);
    }
    BackupLabel label = new BackupLabel(directory);
    CipherPass pass = repository.manifests(stanza, info).load(label).cipherPass();
    if (pass == null) {
      throw undetermined();
    }
    return pass;
  }

  private boolean isOrCopy(String file) {
    return path.equals(file) || path.equals(file + RepositoryLayout.COPY_EXTENSION);
  }

  private HoldfastException undetermined() {
    return new HoldfastException(
        ErrorCode.OPTION_INVALID_VALUE, "unable to determine cipher passphrase for '" + path + "'");
  }
}
