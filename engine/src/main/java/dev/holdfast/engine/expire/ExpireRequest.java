package dev.holdfast.engine.expire;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.repository.Repository;
import java.util.List;
import java.util.Optional;

/**
 * What to expire.
 *
 * @param stanza the cluster's name
 * @param targets the repositories, each with how long it keeps what
 * @param set one backup to let go with all that depends on it, whatever retention says
 * @param oldest let the oldest full backup go, whatever retention says
 * @param archiveBefore remove no WAL from this segment on
 * @param dryRun say what would go, and change nothing
 */
public record ExpireRequest(
    StanzaName stanza,
    List<Target> targets,
    Optional<BackupLabel> set,
    boolean oldest,
    Optional<WalSegment> archiveBefore,
    boolean dryRun) {

  /**
   * A repository and how long it keeps what.
   *
   * @param repository the repository
   * @param policy its retention
   */
  public record Target(Repository repository, RetentionPolicy policy) {}

  /** Copies the list and refuses what contradicts itself. */
  public ExpireRequest {
    targets = List.copyOf(targets);
    if (oldest && set.isPresent()) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID, "--oldest and --set cannot be used together");
    }
  }
}
