package dev.holdfast.engine.info;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.SystemIdentifier;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the repositories hold, as it was found; JSON and text are two ways to write it.
 *
 * @param full whether backups and WAL were looked at, or only what is running (detail-level)
 * @param stanzas in order of their names
 * @param set the backup that was asked for; its entry then has details
 */
public record InfoReport(boolean full, List<Stanza> stanzas, Optional<BackupLabel> set) {

  /** Copies the list. */
  public InfoReport {
    stanzas = List.copyOf(stanzas);
  }

  /**
   * One stanza over all repositories.
   *
   * @param status over all repositories
   * @param current the present cluster, if any repository knows it
   * @param repositories one entry for each, also where the stanza is missing
   * @param clusters those that had the name, for each repository from the oldest
   * @param archives WAL by cluster and repository
   * @param backups of all repositories, by the time of their end
   * @param restore whether a restore is running
   */
  public record Stanza(
      String name,
      StanzaStatus status,
      Optional<Cluster> current,
      List<RepositoryState> repositories,
      List<KnownCluster> clusters,
      List<Archive> archives,
      List<Backup> backups,
      Activity restore) {

    /** Copies the lists. */
    public Stanza {
      repositories = List.copyOf(repositories);
      clusters = List.copyOf(clusters);
      archives = List.copyOf(archives);
      backups = List.copyOf(backups);
    }
  }

  /**
   * A cluster by itself.
   *
   * @param system its identifier
   * @param version its version
   */
  public record Cluster(SystemIdentifier system, PgVersion version) {}

  /**
   * A verb that may be at work.
   *
   * @param held whether it is
   * @param size bytes there are to deal with; 0 if not known
   * @param complete bytes dealt with
   */
  public record Activity(boolean held, long size, long complete) {
    /** Nothing is at work. */
    public static final Activity NONE = new Activity(false, 0, 0);

    /** Both together. */
    public Activity plus(Activity other) {
      return new Activity(held || other.held, size + other.size, complete + other.complete);
    }
  }

  /**
   * One repository's part.
   *
   * @param key its number
   * @param cipher {@code none} or {@code aes-256-cbc}
   * @param status of the stanza there
   * @param error what {@link StanzaStatus#OTHER} means: type, message, hints as further lines
   * @param backup whether a backup or expire is running there
   */
  public record RepositoryState(
      int key, String cipher, StanzaStatus status, String error, Activity backup) {}

  /**
   * A cluster that a repository knows.
   *
   * @param id its number there
   * @param repositoryKey the repository
   * @param cluster which it is
   */
  public record KnownCluster(int id, int repositoryKey, Cluster cluster) {}

  /**
   * WAL of one cluster in one repository.
   *
   * @param archiveId the directory
   * @param clusterId the cluster's number in backup.info
   * @param min the oldest segment; empty if there is none
   * @param max the newest segment
   */
  public record Archive(
      String archiveId,
      int clusterId,
      int repositoryKey,
      Optional<String> min,
      Optional<String> max) {}

  /**
   * One backup.
   *
   * @param clusterId the cluster's number in the repository
   * @param prior what it is based on
   * @param references backups it needs beside itself, if it needs any
   * @param walStart first segment it needs; empty for an offline backup without
   * @param walStop last segment it needs
   * @param error whether there were page checksum errors; empty if it was not recorded
   * @param details from the manifest, for the backup that was asked for
   */
  public record Backup(
      BackupLabel label,
      BackupType type,
      int clusterId,
      int repositoryKey,
      Optional<BackupLabel> prior,
      List<BackupLabel> references,
      Optional<String> walStart,
      Optional<String> walStop,
      Optional<String> lsnStart,
      Optional<String> lsnStop,
      int format,
      String version,
      Sizes sizes,
      long timestampStart,
      long timestampStop,
      Optional<Boolean> error,
      Map<String, String> annotations,
      Optional<Details> details) {

    /** Copies the collections. */
    public Backup {
      references = List.copyOf(references);
    }
  }

  /**
   * How large a backup is.
   *
   * @param database bytes of the cluster
   * @param databaseDelta bytes of it that this backup copied
   * @param repository bytes of the whole set in the repository; empty for block incremental
   * @param repositoryDelta bytes that this backup added
   * @param map for block incremental, bytes of the block maps of the whole set
   * @param mapDelta for block incremental, bytes of the block maps that this backup added
   */
  public record Sizes(
      long database,
      long databaseDelta,
      OptionalLong repository,
      long repositoryDelta,
      Optional<Long> map,
      Optional<Long> mapDelta) {}

  /**
   * What only the manifest knows.
   *
   * @param databases all but the templates
   * @param links symbolic links out of the data directory
   * @param tablespaces where they were
   * @param pageErrors files with page checksum errors
   */
  public record Details(
      List<NamedOid> databases,
      List<Link> links,
      List<Tablespace> tablespaces,
      List<String> pageErrors) {

    /** Copies the lists. */
    public Details {
      databases = List.copyOf(databases);
      links = List.copyOf(links);
      tablespaces = List.copyOf(tablespaces);
      pageErrors = List.copyOf(pageErrors);
    }
  }

  /** A database. */
  public record NamedOid(String name, long oid) {}

  /** A symbolic link: its path in the data directory and where it pointed. */
  public record Link(String name, String destination) {}

  /** A tablespace and where it was. */
  public record Tablespace(String name, long oid, String destination) {}
}
