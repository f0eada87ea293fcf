package dev.holdfast.engine.archive;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.stream.PieceStore;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.archive.ArchiveFinder;
import dev.holdfast.repository.archive.ArchivePath;
import dev.holdfast.storage.Storage;
import java.util.List;
import java.util.Optional;

/**
 * One cluster's WAL in one repository: {@code archive/<stanza>/<archive id>}.
 *
 * @param repositoryKey the repository's number in the options
 * @param storage the repository
 * @param stanza the cluster's name
 * @param archiveId the cluster among those that had the name
 * @param pass what the WAL is encrypted with; empty if it is not
 */
record ArchiveDirectory(
    int repositoryKey,
    Storage storage,
    StanzaName stanza,
    ArchiveId archiveId,
    Optional<CipherPass> pass) {
  private static final int DIRECTORY_LENGTH = 16;

  /** The repository as messages call it: {@code repo1}. */
  String repositoryName() {
    return "repo" + repositoryKey;
  }

  /** The path of a file in the repository. */
  String path(String fileName) {
    return RepositoryLayout.archiveFile(stanza, archiveId, fileName);
  }

  /** The same, from the archive id on, as messages name it. */
  String nameFromId(String fileName) {
    return path(fileName).substring(RepositoryLayout.archive(stanza).length() + 1);
  }

  /** Every stored file of a segment; more than one is a duplicate, which must not be. */
  List<ArchivePath> find(String walFile) {
    return new ArchiveFinder(storage, stanza)
        .segments(archiveId, walFile.substring(0, DIRECTORY_LENGTH), walFile).stream()
            .filter(path -> path.walName().equals(walFile))
            .toList();
  }

  /** The pieces of its WAL that were streamed here. */
  PieceStore pieces() {
    return new PieceStore(repositoryKey, storage, stanza, archiveId, pass);
  }

  /** Every stored segment below 16 digits, in order. */
  List<ArchivePath> list(String directory) {
    return new ArchiveFinder(storage, stanza).segments(archiveId, directory);
  }
}
