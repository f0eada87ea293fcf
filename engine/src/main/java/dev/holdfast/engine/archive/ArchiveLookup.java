package dev.holdfast.engine.archive;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.stream.PieceStore;
import dev.holdfast.repository.archive.ArchivePath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds WAL in all repositories and all archive ids of the present cluster. Directories are listed
 * once, so one lookup serves one run and sees nothing that is pushed during it.
 *
 * <p>A repository with an error is passed over with a warning as long as another answers.
 */
final class ArchiveLookup {
  private static final int DIRECTORY_LENGTH = 16;

  private final List<Source> sources;
  private final List<String> warnings;
  private final boolean complete;
  private final Reporter reporter;
  private final Set<String> reported = new HashSet<>();

  /**
   * One repository.
   *
   * @param repositoryKey its number in the options
   * @param directories the archive ids of the cluster, newest first, at least one
   * @param listed what is below 16 digits, once it was asked for
   */
  private record Source(
      int repositoryKey,
      List<ArchiveDirectory> directories,
      Map<String, List<ArchivePath>> listed) {}

  /**
   * What was found.
   *
   * @param copies the places it can be fetched from; none if the archive does not have it
   * @param warnings what kept repositories from answering
   */
  record Found(List<ArchivedFile> copies, List<String> warnings) {
    Found {
      copies = List.copyOf(copies);
      warnings = List.copyOf(warnings);
    }
  }

  /** The archive cannot be asked, for one file or for all. */
  static final class Unanswered extends HoldfastException {
    private static final long serialVersionUID = 1L;
    private final List<String> warnings;

    Unanswered(ErrorCode code, String message, List<String> warnings, String... hints) {
      super(code, message, hints);
      this.warnings = List.copyOf(warnings);
    }

    /** What is wrong with each repository. */
    List<String> warnings() {
      return warnings;
    }
  }

  /**
   * A lookup.
   *
   * @param repositories by their numbers, the archive ids of the present cluster
   * @param warnings what is wrong with other repositories, already reported
   * @param complete whether those others have nothing of this cluster for certain
   */
  ArchiveLookup(
      Map<Integer, List<ArchiveDirectory>> repositories,
      List<String> warnings,
      boolean complete,
      Reporter reporter) {
    this.sources = new ArrayList<>();
    repositories.forEach(
        (key, directories) -> sources.add(new Source(key, directories, new HashMap<>())));
    this.warnings = List.copyOf(warnings);
    this.complete = complete;
    this.reporter = reporter;
    if (sources.isEmpty()) {
      throw new Unanswered(
          ErrorCode.REPO_INVALID, "unable to find a valid repository", this.warnings);
    }
  }

  /** Where pieces of segments may lie that are nowhere as a whole. */
  List<PieceStore> pieceStores() {
    return sources.stream()
        .flatMap(source -> source.directories().stream())
        .map(ArchiveDirectory::pieces)
        .toList();
  }

  /** What kept repositories from being asked at all. */
  List<String> warnings() {
    return warnings;
  }

  /**
   * Finds a file.
   *
   * @throws Unanswered repo-invalid (103) if no repository answered, or if one did not and the
   *     others lack the file; archive-duplicate (45) if there are several contents of one name
   */
  Found find(String request) {
    List<String> fileWarnings = new ArrayList<>(warnings);
    List<ArchivedFile> copies = new ArrayList<>();
    int failed = 0;
    for (Source source : sources) {
      try {
        copies.addAll(copies(source, request));
      } catch (HoldfastException e) {
        failed++;
        String line = RepositoryErrors.line(source.repositoryKey(), e);
        if (reported.add(line)) {
          reporter.warn(line);
        }
        fileWarnings.add(line);
      }
    }
    if (failed == sources.size()) {
      throw new Unanswered(
          ErrorCode.REPO_INVALID, "unable to find a valid repository", fileWarnings);
    }
    if (copies.isEmpty() && (failed > 0 || !complete)) {
      // To PostgreSQL "not found" is the archive's end, which only all of them together can tell.
      throw new Unanswered(
          ErrorCode.REPO_INVALID,
          "unable to find " + request + ", but not every repository could be asked",
          fileWarnings,
          "Is a repository lost? Name the one that is left with --repo in restore_command.");
    }
    checkDuplicates(request, copies, fileWarnings);
    return new Found(copies, fileWarnings);
  }

  private static List<ArchivedFile> copies(Source source, String request) {
    List<ArchivedFile> copies = new ArrayList<>();
    boolean segment = WalFileName.isSegment(request);
    for (ArchiveDirectory directory : source.directories()) {
      if (segment) {
        for (ArchivePath name : listed(source, directory, request)) {
          if (name.walName().equals(request)) {
            copies.add(ArchivedFile.segment(directory, name));
          }
        }
      } else if (directory.storage().info(directory.path(request)).isPresent()) {
        copies.add(ArchivedFile.plain(directory, request));
      }
    }
    return copies;
  }

  private static List<ArchivePath> listed(
      Source source, ArchiveDirectory directory, String request) {
    String digits = request.substring(0, DIRECTORY_LENGTH);
    String path = directory.archiveId() + "/" + digits;
    List<ArchivePath> names = source.listed().get(path);
    if (names == null) {
      names = directory.list(digits);
      source.listed().put(path, names);
    }
    return names;
  }

  private static void checkDuplicates(
      String request, List<ArchivedFile> copies, List<String> warnings) {
    Set<Sha1Hash> hashes = new HashSet<>();
    for (ArchivedFile copy : copies) {
      copy.hash().ifPresent(hashes::add);
    }
    if (hashes.size() <= 1) {
      return;
    }
    StringBuilder message =
        new StringBuilder("duplicates found for WAL segment ").append(request).append(':');
    int key = 0;
    for (ArchivedFile copy : copies) {
      if (copy.directory().repositoryKey() == key) {
        message.append(", ");
      } else {
        key = copy.directory().repositoryKey();
        message.append('\n').append(copy.directory().repositoryName()).append(": ");
      }
      message.append(copy.nameFromId());
    }
    throw new Unanswered(
        ErrorCode.ARCHIVE_DUPLICATE,
        message.toString(),
        warnings,
        "are multiple primaries archiving to this stanza?");
  }
}
