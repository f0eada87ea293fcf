package dev.holdfast.engine.info;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.Repository;
import java.util.List;
import java.util.Optional;

/**
 * What is looked at.
 *
 * @param stanza only this one; empty for all that any repository has
 * @param repositories where
 * @param set only this backup, in detail
 * @param type only backups of this type
 * @param full whether to look at backups and WAL, or only at what is running
 */
public record InfoRequest(
    Optional<StanzaName> stanza,
    List<Repository> repositories,
    Optional<BackupLabel> set,
    Optional<BackupType> type,
    boolean full) {

  /** Copies the list. */
  public InfoRequest {
    repositories = List.copyOf(repositories);
  }
}
