package dev.holdfast.engine.stanza;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.lock.StopFiles;
import dev.holdfast.repository.Repository;
import dev.holdfast.storage.Storage;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** stanza-delete: removes a stanza with its backups and WAL from one repository. */
public final class StanzaDelete {
  private static final String POSTMASTER_PID = "postmaster.pid";

  private final StanzaName stanza;
  private final Repository repository;
  private final Path pgPath;
  private final boolean force;
  private final StopFiles stopFiles;

  /**
   * Deletes when {@link #run} is called.
   *
   * @param pgPath the data directory, whose postmaster.pid tells that PostgreSQL runs
   * @param force delete also while PostgreSQL runs
   */
  public StanzaDelete(
      StanzaName stanza, Repository repository, Path pgPath, boolean force, StopFiles stopFiles) {
    this.stanza = stanza;
    this.repository = repository;
    this.pgPath = pgPath;
    this.force = force;
    this.stopFiles = stopFiles;
  }

  /**
   * Deletes the stanza; nothing happens if the repository does not know it.
   *
   * @throws HoldfastException file-missing (55) if the stanza was not stopped before, pg-running
   *     (38) if PostgreSQL runs
   */
  public void run() {
    StanzaFiles archive = StanzaFiles.archive(repository, stanza);
    StanzaFiles backup = StanzaFiles.backup(repository, stanza);
    Storage storage = repository.storage();
    if (storage.info(archive.directory()).isEmpty() && storage.info(backup.directory()).isEmpty()) {
      return;
    }
    if (!storage.list(archive.directory()).isEmpty()
        || !storage.list(backup.directory()).isEmpty()) {
      refuseUnlessStopped();
      archive.remove();
      backup.remove();
    }
    storage.removeTree(archive.directory());
    storage.removeTree(backup.directory());
    stopFiles.remove(stanza);
  }

  private void refuseUnlessStopped() {
    if (!stopFiles.exists(stanza)) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING,
          "stop file does not exist for stanza '" + stanza + "'",
          "has the stop command been run on this server for this stanza?");
    }
    if (!force && Files.exists(pgPath.resolve(POSTMASTER_PID), LinkOption.NOFOLLOW_LINKS)) {
      throw new HoldfastException(
          ErrorCode.PG_RUNNING,
          ("postmaster.pid exists - looks like PostgreSQL is running. To delete stanza '%s' on"
                  + " repo%d, shut down PostgreSQL for stanza '%s' and try again, or use --force.")
              .formatted(stanza, repository.key(), stanza));
    }
  }
}
