package dev.holdfast.engine.archive;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.engine.stream.RepositoryTail;
import dev.holdfast.engine.stream.TailSource;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.repository.Repository;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Streams the end of a primary's WAL into one repository. The repository may be out of reach when
 * this begins, and at any time later: each call tries again. Used by one thread.
 */
public final class TailPush {
  private final ArchivePushRequest request;
  private final Path pgPath;
  private final int repositoryKey;
  private @Nullable RepositoryTail tail;

  /**
   * Streams into one of the request's repositories.
   *
   * @param pgPath the data directory
   */
  public TailPush(ArchivePushRequest request, Path pgPath, Repository repository) {
    this.request = request.into(List.of(repository));
    this.pgPath = pgPath;
    this.repositoryKey = repository.key();
  }

  /** The repository as messages call it: {@code repo1}. */
  public String repositoryName() {
    return "repo" + repositoryKey;
  }

  /**
   * Stores what is new.
   *
   * @param timeline that is written
   * @param flushed up to where the WAL is durable in {@code pg_wal}
   * @throws dev.holdfast.domain.HoldfastException what kept it from being stored
   */
  public void advance(Timeline timeline, Lsn flushed) {
    RepositoryTail opened = tail;
    if (opened == null) {
      opened = open();
      tail = opened;
    }
    opened.advance(timeline, flushed);
  }

  private RepositoryTail open() {
    ArchiveTargets targets = ClusterArchives.targets(request);
    WalSegmentSize size =
        PgControlFile.read(pgPath, request.forcedVersion().orElse(null)).control().walSegmentSize();
    return new RepositoryTail(
        targets.directories().getFirst().pieces(),
        new TailSource(
            pgPath.resolve("pg_wal"),
            targets.system(),
            size,
            request.compression(),
            request.level()));
  }
}
