package dev.holdfast.engine.archive;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegment;
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
public final class TailPush implements WalSink {
  private final ArchivePushRequest request;
  private final Path pgPath;
  private final int repositoryKey;
  private @Nullable RepositoryTail tail;
  private @Nullable ArchiveDirectory directory;
  private @Nullable WalSegmentSize size;

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

  @Override
  public String name() {
    return "repo" + repositoryKey;
  }

  @Override
  public void advance(Timeline timeline, Lsn flushed) {
    RepositoryTail opened = tail;
    if (opened == null) {
      opened = open();
      tail = opened;
    }
    refuseAbandoned(timeline, flushed);
    opened.advance(timeline, flushed);
  }

  private void refuseAbandoned(Timeline timeline, Lsn flushed) {
    ArchiveDirectory place = directory;
    WalSegmentSize bytes = size;
    if (place != null && bytes != null && request.branches().isPresent()) {
      request.branches().get().check(place, WalSegment.containing(timeline, flushed, bytes), bytes);
    }
  }

  private RepositoryTail open() {
    ArchiveTargets targets = ClusterArchives.targets(request);
    WalSegmentSize found =
        PgControlFile.read(pgPath, request.forcedVersion().orElse(null)).control().walSegmentSize();
    ArchiveDirectory place = targets.directories().getFirst();
    size = found;
    directory = place;
    return new RepositoryTail(
        place.pieces(),
        new TailSource(
            pgPath.resolve("pg_wal"),
            targets.system(),
            found,
            request.compression(),
            request.level()));
  }
}
