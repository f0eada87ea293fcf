package dev.holdfast.engine.stream;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.repository.FileEncoding;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.archive.ArchiveFinder;
import dev.holdfast.repository.archive.ArchivePath;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The pieces of one cluster's WAL in one repository.
 *
 * @param repositoryKey the repository's number in the options
 * @param storage the repository
 * @param stanza the cluster's name
 * @param archiveId the cluster among those that had the name
 * @param pass what the WAL is encrypted with; empty if it is not
 */
public record PieceStore(
    int repositoryKey,
    Storage storage,
    StanzaName stanza,
    ArchiveId archiveId,
    Optional<CipherPass> pass) {

  /** What writes a piece's bytes. */
  interface Content {
    void writeTo(OutputStream output) throws IOException;
  }

  /** The directories of segments, ascending. */
  List<String> directories() {
    return new ArchiveFinder(storage, stanza).directories(archiveId);
  }

  /** What a directory (16 digits) has of segments and pieces. */
  Listing list(String directory) {
    List<PieceName> pieces = new ArrayList<>();
    List<WalSegment> whole = new ArrayList<>();
    for (StorageEntry entry :
        storage.list(RepositoryLayout.archiveDirectory(stanza, archiveId, directory))) {
      if (!entry.isFile()) {
        continue;
      }
      PieceName.parse(entry.name()).ifPresent(pieces::add);
      ArchivePath.parse(archiveId, entry.name())
          .filter(path -> !path.partial())
          .ifPresent(path -> whole.add(path.segment()));
    }
    pieces.sort(null);
    return new Listing(pieces, whole);
  }

  /**
   * What lies in one directory.
   *
   * @param pieces in order
   * @param whole the segments that are there in full
   */
  record Listing(List<PieceName> pieces, List<WalSegment> whole) {
    Listing {
      pieces = List.copyOf(pieces);
      whole = List.copyOf(whole);
    }

    List<PieceName> piecesOf(WalSegment segment) {
      return pieces.stream().filter(piece -> piece.segment().equals(segment)).toList();
    }
  }

  /**
   * Stores a piece, durably and as a whole, in the place of one of the same name.
   *
   * @param level of the compression
   */
  void write(PieceHeader header, int level, Content content) {
    try (StorageOutput output = storage.write(path(header.name()))) {
      // A stream for the header and another for the bytes, into one encryption.
      try (OutputStream clear = FileEncoding.encrypted(pass).encode(output, 0)) {
        clear.write(header.format());
        try (OutputStream compressed =
            new FileEncoding(header.compression(), Optional.empty(), false).encode(clear, level)) {
          content.writeTo(compressed);
        }
      }
      output.commit();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE,
          "unable to write '" + path(header.name()) + "' to '" + storage.name() + "'",
          e);
    }
  }

  /** Opens a piece: a header, then what {@link #decode} makes bytes of. */
  InputStream open(PieceName name) {
    return FileEncoding.encrypted(pass).decode(storage.read(path(name)));
  }

  /** The bytes that follow the header. */
  static InputStream decode(PieceHeader header, InputStream afterHeader) {
    return header.compression().decompress(afterHeader, false);
  }

  void remove(PieceName name) {
    storage.remove(path(name));
  }

  /** The repository as messages call it: {@code repo1}. */
  String repositoryName() {
    return "repo" + repositoryKey;
  }

  private String path(PieceName name) {
    return RepositoryLayout.archiveFile(stanza, archiveId, name.fileName());
  }
}
