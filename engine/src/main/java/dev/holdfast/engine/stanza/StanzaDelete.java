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
import java.util.function.BooleanSupplier;

/** stanza-delete: removes a stanza with its backups and WAL from one repository. */
public final class StanzaDelete {
  private final StanzaName stanza;
  private final Repository repository;
  private final BooleanSupplier running;
  private final boolean force;
  private final StopFiles stopFiles;

  /**
   * Deletes when {@link #run} is called.
   *
   * @param running whether PostgreSQL runs; asked only when that matters
   * @param force delete also while PostgreSQL runs
   */
  public StanzaDelete(
      StanzaName stanza,
      Repository repository,
      BooleanSupplier running,
      boolean force,
      StopFiles stopFiles) {
    this.stanza = stanza;
    this.repository = repository;
    this.running = running;
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

  /** Whether a data directory has the file of a postmaster, which tells that it runs. */
  public static boolean isRunning(Path pgPath) {
    return Files.exists(pgPath.resolve("postmaster.pid"), LinkOption.NOFOLLOW_LINKS);
  }

  private void refuseUnlessStopped() {
    if (!stopFiles.exists(stanza)) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING,
          "stop file does not exist for stanza '" + stanza + "'",
          "has the stop command been run on this server for this stanza?");
    }
    if (!force && running.getAsBoolean()) {
      throw new HoldfastException(
          ErrorCode.PG_RUNNING,
          ("postmaster.pid exists - looks like PostgreSQL is running. To delete stanza '%s' on"
                  + " repo%d, shut down PostgreSQL for stanza '%s' and try again, or use --force.")
              .formatted(stanza, repository.key(), stanza));
    }
  }
}
