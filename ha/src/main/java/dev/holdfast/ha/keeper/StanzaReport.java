package dev.holdfast.ha.keeper;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigInteger;
import java.util.List;

/**
 * What {@code info --output=json} says of a stanza, as far as a keeper needs it.
 *
 * @param clusters the clusters that it has had
 * @param backups its backups
 */
record StanzaReport(
    @JsonProperty("db") List<Cluster> clusters, @JsonProperty("backup") List<Backup> backups) {

  /**
   * A cluster.
   *
   * @param id by which backups name it, within a repository
   * @param repository the repository's number
   * @param systemIdentifier PostgreSQL's
   */
  record Cluster(
      int id,
      @JsonProperty("repo-key") int repository,
      @JsonProperty("system-id") BigInteger systemIdentifier) {}

  /** A backup of one of them. */
  record Backup(Owner database) {}

  /** Whose backup it is. */
  record Owner(int id, @JsonProperty("repo-key") int repository) {}

  /** Whether there is a backup of this cluster. */
  boolean holds(String systemIdentifier) {
    return clusters.stream()
        .filter(each -> each.systemIdentifier().toString().equals(systemIdentifier))
        .anyMatch(each ->
            backups.stream()
                .map(Backup::database)
                .anyMatch(
                    owner -> owner.id() == each.id() && owner.repository() == each.repository()));
  }
}
