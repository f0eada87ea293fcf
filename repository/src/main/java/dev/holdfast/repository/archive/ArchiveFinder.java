package dev.holdfast.repository.archive;

import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds what lies in a stanza's archive. Holds nothing: every call lists anew. */
public final class ArchiveFinder {
  private static final Pattern ARCHIVE_ID = Pattern.compile("\\d+(\\.\\d+)?-\\d+");
  private static final Pattern DIRECTORY = Pattern.compile("[0-9A-F]{16}");
  private static final Pattern HISTORY = Pattern.compile("[0-9A-F]{8}\\.history");
  private static final Pattern BACKUP = Pattern.compile("[0-9A-F]{24}\\.[0-9A-F]{8}\\.backup");

  private final Storage storage;
  private final StanzaName stanza;

  /** Finds in this stanza's archive. */
  public ArchiveFinder(Storage storage, StanzaName stanza) {
    this.storage = storage;
    this.stanza = stanza;
  }

  /** The clusters that have an archive, by history id. */
  public List<ArchiveId> archiveIds() {
    return storage.list(RepositoryLayout.archive(stanza)).stream()
        .filter(entry -> entry.isPath() && ARCHIVE_ID.matcher(entry.name()).matches())
        .map(entry -> ArchiveId.parse(entry.name()))
        .sorted()
        .toList();
  }

  /** The directories of segments (16 hexadecimal digits), ascending. */
  public List<String> directories(ArchiveId id) {
    return names(
        RepositoryLayout.archive(stanza, id),
        entry -> entry.isPath() && DIRECTORY.matcher(entry.name()).matches());
  }

  /** The segments, partial ones too, of one directory, ascending. */
  public List<ArchivePath> segments(ArchiveId id, String directory) {
    return segments(id, directory, "");
  }

  /** The segments of one directory whose names begin with a prefix, ascending. */
  public List<ArchivePath> segments(ArchiveId id, String directory, String prefix) {
    List<ArchivePath> segments = new ArrayList<>();
    for (StorageEntry entry :
        storage.list(RepositoryLayout.archiveDirectory(stanza, id, directory), prefix)) {
      if (entry.isFile()) {
        ArchivePath.parse(id, entry.name()).ifPresent(segments::add);
      }
    }
    return segments;
  }

  /** The names of the {@code .backup} files of one directory, ascending. */
  public List<String> backupFiles(ArchiveId id, String directory) {
    return names(
        RepositoryLayout.archiveDirectory(stanza, id, directory),
        entry -> entry.isFile() && BACKUP.matcher(entry.name()).matches());
  }

  /** The timelines whose history is archived, ascending. */
  public List<Timeline> histories(ArchiveId id) {
    return names(
            RepositoryLayout.archive(stanza, id),
            entry -> entry.isFile() && HISTORY.matcher(entry.name()).matches())
        .stream()
        .map(name -> new Timeline(Long.parseLong(name, 0, 8, 16)))
        .toList();
  }

  private List<String> names(String path, Predicate<StorageEntry> wanted) {
    return storage.list(path).stream().filter(wanted).map(StorageEntry::name).toList();
  }

  /**
   * The segment in the archive.
   *
   * @throws HoldfastException archive-duplicate (45) when it lies there with different contents or
   *     compressions
   */
  public Optional<ArchivePath> find(ArchiveId id, WalSegment segment) {
    return find(id, segment, false);
  }

  /** Like {@link #find(ArchiveId, WalSegment)}, of the partial segment. */
  public Optional<ArchivePath> findPartial(ArchiveId id, WalSegment segment) {
    return find(id, segment, true);
  }

  private Optional<ArchivePath> find(ArchiveId id, WalSegment segment, boolean partial) {
    List<ArchivePath> found =
        segments(id, segment.directory(), segment.toString()).stream()
            .filter(path -> path.segment().equals(segment) && path.partial() == partial)
            .toList();
    requireOne(found);
    return found.stream().findFirst();
  }

  /** Refuses several of one segment, which two primaries that archive to one stanza leave. */
  static void requireOne(List<ArchivePath> found) {
    if (found.size() > 1) {
      throw new HoldfastException(
          ErrorCode.ARCHIVE_DUPLICATE,
          "duplicates found in archive for WAL segment %s: %s"
              .formatted(
                  found.getFirst().walName(),
                  found.stream().map(ArchivePath::fileName).collect(Collectors.joining(", "))),
          "are multiple primaries archiving to this stanza?");
    }
  }
}
