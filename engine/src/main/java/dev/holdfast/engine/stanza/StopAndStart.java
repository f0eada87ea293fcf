package dev.holdfast.engine.stanza;

import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.lock.StopFiles;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** stop and start: keep verbs of one stanza, or of all, from running on this host. */
public final class StopAndStart {
  private final StopFiles stopFiles;
  private final Optional<StanzaName> stanza;
  private final Reporter reporter;

  /**
   * Stops or starts when it is told to.
   *
   * @param stanza empty for all stanzas
   */
  public StopAndStart(StopFiles stopFiles, Optional<StanzaName> stanza, Reporter reporter) {
    this.stopFiles = stopFiles;
    this.stanza = stanza;
    this.reporter = reporter;
  }

  /**
   * Keeps verbs from beginning.
   *
   * @param force also ask those that are at work to end, by a term signal
   */
  public void stop(boolean force) {
    if (!stopFiles.create(stanza.orElse(null))) {
      reporter.warn(
          "stop file already exists for "
              + stanza.map(name -> "stanza " + name).orElse("all stanzas"));
      return;
    }
    if (force) {
      Set<Long> told = new HashSet<>();
      for (StopFiles.LockFile lock : stopFiles.lockFiles(stanza.orElse(null))) {
        if (lock.holder().isEmpty()) {
          reporter.warn("unable to read lock file " + lock.file());
        } else if (told.add(lock.holder().get().processId())) {
          terminate(lock.holder().get().processId());
        }
      }
    }
  }

  private void terminate(long processId) {
    boolean sent = ProcessHandle.of(processId).map(ProcessHandle::destroy).orElse(false);
    if (sent) {
      reporter.info("sent term signal to process " + processId);
    } else {
      reporter.warn("unable to send term signal to process " + processId);
    }
  }

  /** Lets verbs begin again. */
  public void start() {
    if (!stopFiles.remove(stanza.orElse(null))) {
      reporter.warn(
          "stop file does not exist" + stanza.map(name -> " for stanza " + name).orElse(""));
    }
  }
}
