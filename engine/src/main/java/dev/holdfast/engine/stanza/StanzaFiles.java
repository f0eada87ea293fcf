package dev.holdfast.engine.stanza;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageOutput;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * One info file and its copy, as files.
 *
 * @param storage the repository
 * @param path of the main file
 * @param directory that holds it
 */
record StanzaFiles(Storage storage, String path, String directory) {
  private static final List<String> TEMPORARY = List.of(".hftmp", ".pgbackrest.tmp");

  static StanzaFiles archive(Repository repository, StanzaName stanza) {
    return new StanzaFiles(
        repository.storage(),
        RepositoryLayout.archiveInfo(stanza),
        RepositoryLayout.archive(stanza));
  }

  static StanzaFiles backup(Repository repository, StanzaName stanza) {
    return new StanzaFiles(
        repository.storage(), RepositoryLayout.backupInfo(stanza), RepositoryLayout.backup(stanza));
  }

  private String copy() {
    return path + RepositoryLayout.COPY_EXTENSION;
  }

  private boolean hasMain() {
    return storage.info(path).isPresent();
  }

  private boolean hasCopy() {
    return storage.info(copy()).isPresent();
  }

  /** Whether the file or its copy is there. */
  boolean exist() {
    return hasMain() || hasCopy();
  }

  /** Whether the directory holds nothing but what cut-off writes have left. */
  boolean directoryIsEmpty() {
    for (StorageEntry entry : storage.list(directory)) {
      if (TEMPORARY.stream().noneMatch(entry.name()::endsWith)) {
        return false;
      }
    }
    return true;
  }

  /** Makes the missing one of the two from the other; false if both were there. */
  boolean complete() {
    boolean main = hasMain();
    boolean second = hasCopy();
    if (main == second) {
      return false;
    }
    String source = main ? path : copy();
    String target = main ? copy() : path;
    try (InputStream input = storage.read(source);
        StorageOutput output = storage.write(target)) {
      input.transferTo(output);
      output.commit();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE, "unable to copy '" + source + "' to '" + target + "'", e);
    }
    return true;
  }

  /** Removes both. */
  void remove() {
    storage.remove(path);
    storage.remove(copy());
  }
}
