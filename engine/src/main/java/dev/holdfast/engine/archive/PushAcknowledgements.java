package dev.holdfast.engine.archive;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The acknowledgements of pushed WAL files in the spool, each bound to the file that it is about.
 *
 * <p>An acknowledgement is the only thing that lets PostgreSQL remove its WAL, so one that is about
 * another file of the same name (a recycled segment, the cluster before a restore) must not be
 * believed. Ours names the file, see {@link WalFileIdentity}. Those of pgBackRest name nothing: one
 * is believed when it is younger than the file's content.
 */
final class PushAcknowledgements {
  private final ArchiveSpool spool;
  private final Path walDirectory;

  PushAcknowledgements(ArchiveSpool spool, Path walDirectory) {
    this.spool = spool;
    this.walDirectory = walDirectory;
  }

  /** Acknowledges a file that was identified before its content was read. */
  void write(String walFile, WalFileIdentity identity, List<String> warnings) {
    spool.acknowledge(walFile, identity, warnings);
  }

  /**
   * What is known of a file. An acknowledgement that is not about the file as it is now is removed.
   */
  Optional<SpoolStatus> status(String walFile) {
    Optional<SpoolStatus> status = spool.status(walFile);
    if (status.isPresent()
        && status.get() instanceof SpoolStatus.Done done
        && !isAbout(walFile, done)) {
      spool.remove(walFile + ArchiveSpool.OK);
      return spool.status(walFile);
    }
    return status;
  }

  /** Whether a file was dealt with. */
  boolean holds(String walFile) {
    return status(walFile).filter(SpoolStatus.Done.class::isInstance).isPresent();
  }

  private boolean isAbout(String walFile, SpoolStatus.Done done) {
    Path file = walDirectory.resolve(walFile);
    try {
      return done.identity().isEmpty()
          ? Files.getLastModifiedTime(spool.path(walFile + ArchiveSpool.OK))
                  .compareTo(Files.getLastModifiedTime(file))
              >= 0
          : done.identity().equals(WalFileIdentity.of(file).toString());
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_INFO, "unable to get info for '" + file + "'", e);
    }
  }
}
