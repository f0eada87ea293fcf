package dev.holdfast.engine.restore;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.Repository;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to restore, from where, to where.
 *
 * @param stanza the cluster's name
 * @param repositories where to look for a backup set, in this order
 * @param set the backup set; empty to choose the newest that can reach the target
 * @param pgPath the data directory on this host
 * @param target where recovery ends; empty when the user named no type, which becomes none for a
 *     backup that was made offline
 * @param delta keep files whose content is already right
 * @param force overwrite; together with delta, trust size and time instead of comparing content
 * @param databases which databases to leave out
 * @param targets where tablespaces and links go
 * @param recovery settings for recovery beside the target
 * @param workers how many files are decoded at once, 1 and up (process-max)
 * @param spoolPath the spool whose acknowledgements of the old cluster must not be believed
 * @param zone the zone of target times that name none
 */
public record RestoreRequest(
    StanzaName stanza,
    List<Repository> repositories,
    Optional<BackupLabel> set,
    Path pgPath,
    Optional<RecoveryTarget> target,
    boolean delta,
    boolean force,
    Databases databases,
    Targets targets,
    Recovery recovery,
    int workers,
    Path spoolPath,
    ZoneId zone) {

  /**
   * Which databases a selective restore keeps, by name or oid.
   *
   * @param include only these (and the system's own); empty for all
   * @param exclude not these
   */
  public record Databases(List<String> include, List<String> exclude) {
    /** All of them. */
    public static final Databases ALL = new Databases(List.of(), List.of());

    /** Copies the lists. */
    public Databases {
      include = List.copyOf(include);
      exclude = List.copyOf(exclude);
    }

    boolean isAll() {
      return include.isEmpty() && exclude.isEmpty();
    }
  }

  /**
   * Where tablespaces and links go.
   *
   * @param tablespaces directory by the tablespace's name or oid
   * @param allTablespaces the directory below which every other tablespace goes, under its name
   * @param links destination by the link's path inside the data directory
   * @param allLinks restore the links that are not mapped to where they pointed
   */
  public record Targets(
      Map<String, String> tablespaces,
      Optional<String> allTablespaces,
      Map<String, String> links,
      boolean allLinks) {
    /** Tablespaces where they were, links turned into plain files and directories. */
    public static final Targets UNMAPPED = new Targets(Map.of(), Optional.empty(), Map.of(), false);

    /** Copies the maps. */
    public Targets {
      tablespaces = Map.copyOf(tablespaces);
      links = Map.copyOf(links);
    }
  }

  /**
   * Recovery settings beside the target.
   *
   * @param options the user's own
   * @param archiveModeOff whether the restored cluster must not archive
   * @param restoreCommand fetches WAL, with {@code %f} and {@code %p}
   */
  public record Recovery(
      Map<String, String> options, boolean archiveModeOff, String restoreCommand) {
    /** Copies the map. */
    public Recovery {
      options = Map.copyOf(options);
    }
  }

  /** Copies the lists. */
  public RestoreRequest {
    repositories = List.copyOf(repositories);
  }
}
