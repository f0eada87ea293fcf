package dev.holdfast.engine.archive;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.work.ComputeSlots;
import java.nio.file.Path;

/**
 * archive-get: brings one WAL file for PostgreSQL's recovery.
 *
 * <p>To PostgreSQL every exit code from 1 to 125 means the same: the archive ends here. "Not found"
 * is therefore said only when every valid repository was asked; whatever keeps the archive from
 * answering is an error, which the server's log shows.
 */
public final class ArchiveGet {
  private final ArchiveGetRequest request;
  private final Reporter reporter;

  /** A get of any number of files under the same conditions. */
  public ArchiveGet(ArchiveGetRequest request, Reporter reporter) {
    this.request = request;
    this.reporter = reporter;
  }

  /**
   * Fetches a file in this process.
   *
   * @param walFile what PostgreSQL calls it
   * @param destination the absolute path it goes to
   * @return false if the archive does not have it
   * @throws HoldfastException repo-invalid (103) if no repository could be asked, archive-duplicate
   *     (45), file-read (42) if no copy is whole, format (29) if the cluster was restored and its
   *     backup label is gone
   */
  public boolean get(String walFile, Path destination) {
    ArchiveLookup lookup = lookup();
    ArchiveLookup.Found found = lookup.find(walFile);
    StreamedTail tail = new StreamedTail(request, reporter);
    if (found.copies().isEmpty() && tail.isWanted(walFile)) {
      if (tail.get(walFile, lookup, destination)) {
        return true;
      }
      // Pieces go when the segment arrives, which may have been between the two looks.
      found = lookup().find(walFile);
    }
    if (found.copies().isEmpty()) {
      reporter.info("unable to find " + walFile + " in the archive");
      return false;
    }
    FileFetch fetch =
        FileFetch.toTemporary(walFile, found.copies(), destination, new ComputeSlots(1));
    fetch.moveTo(destination);
    for (String warning : fetch.warnings()) {
      reporter.warn(warning);
    }
    reporter.info(foundMessage(walFile, fetch));
    return true;
  }

  /** Checks cluster and repositories once, for any number of files. */
  ArchiveLookup lookup() {
    return ClusterArchives.lookup(request, reporter);
  }

  static String foundMessage(String walFile, FileFetch fetch) {
    ArchiveDirectory directory = fetch.source().directory();
    return "found %s in the %s: %s archive"
        .formatted(walFile, directory.repositoryName(), directory.archiveId());
  }
}
