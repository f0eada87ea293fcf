package dev.holdfast.engine.check;

import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.Repository;
import java.time.Duration;
import java.util.List;

/**
 * What is checked.
 *
 * @param stanza the clusters' name
 * @param repositories all of them
 * @param archiveTimeout how long a segment may take to arrive
 * @param archiveCheck whether the cluster's archive settings are looked at
 * @param archiveModeCheck whether archive_mode=always is refused
 * @param standbyExpected whether backups are to be taken from a standby
 */
public record CheckRequest(
    StanzaName stanza,
    List<Repository> repositories,
    Duration archiveTimeout,
    boolean archiveCheck,
    boolean archiveModeCheck,
    boolean standbyExpected) {

  /** Copies the list. */
  public CheckRequest {
    repositories = List.copyOf(repositories);
  }
}
