package dev.holdfast.engine.archive;

import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.Repository;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where WAL is fetched from.
 *
 * @param stanza the cluster's name
 * @param repositories where to look, the preferred one first
 * @param pgPath the data directory: its pg_control says whose WAL is wanted
 * @param forcedVersion the version to take the cluster for, whatever its files say
 */
public record ArchiveGetRequest(
    StanzaName stanza,
    List<Repository> repositories,
    Path pgPath,
    Optional<PgVersion> forcedVersion) {

  /** Copies the list. */
  public ArchiveGetRequest {
    repositories = List.copyOf(repositories);
  }
}
