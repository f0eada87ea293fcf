package dev.holdfast.engine.archive;

import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.Repository;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How WAL is pushed.
 *
 * @param stanza the cluster's name
 * @param repositories all of them: WAL that is not in every repository is not archived
 * @param pgPath the data directory, if it can be read; its pg_control is then compared
 * @param forcedVersion the version to take the cluster for, whatever its files say
 * @param compression of segments
 * @param level of the compression
 * @param headerCheck whether each segment's header must name the stanza's cluster
 * @param modeCheck whether to warn when a repository has the segment already
 * @param queueMax how many bytes of WAL may wait before it is given up; empty to keep it always
 * @param gaps where WAL that was given up is recorded
 * @param branches refuses the WAL of an old primary; empty to take it
 */
public record ArchivePushRequest(
    StanzaName stanza,
    List<Repository> repositories,
    Optional<Path> pgPath,
    Optional<PgVersion> forcedVersion,
    CompressionType compression,
    int level,
    boolean headerCheck,
    boolean modeCheck,
    OptionalLong queueMax,
    WalGaps gaps,
    Optional<BranchGuard> branches) {

  /** Copies the list. */
  public ArchivePushRequest {
    repositories = List.copyOf(repositories);
  }

  /** The same into other repositories. */
  ArchivePushRequest into(List<Repository> others) {
    return with(others, modeCheck);
  }

  /** The same without a warning about what is there already. */
  ArchivePushRequest withoutModeCheck() {
    return with(repositories, false);
  }

  private ArchivePushRequest with(List<Repository> others, boolean warns) {
    return new ArchivePushRequest(
        stanza,
        others,
        pgPath,
        forcedVersion,
        compression,
        level,
        headerCheck,
        warns,
        queueMax,
        gaps,
        branches);
  }
}
