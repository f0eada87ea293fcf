package dev.holdfast.postgres.directory;

import dev.holdfast.postgres.replication.ManagedSettings;
import dev.holdfast.postgres.replication.SlotBound;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What never belongs into a backup, and what the user does not want in it. */
final class Omissions {
  private static final String DATA = ClusterDirectory.DATA;
  private static final String WAL = DATA + "/pg_wal";
  private static final String RELATION_CACHE = "pg_internal.init";
  private static final String SORT_FILES = "pgsql_tmp";

  /** Directories that the server empties or rewrites when it starts. */
  private static final Set<String> EMPTIED =
      Set.of(
          DATA + "/pg_dynshmem",
          DATA + "/pg_notify",
          DATA + "/pg_replslot",
          DATA + "/pg_serial",
          DATA + "/pg_snapshots",
          DATA + "/pg_stat_tmp",
          DATA + "/pg_subtrans");

  /**
   * Files that tell of this server process, of this node of a cluster (a keeper writes its own
   * before every start, and a copy that has none must not wait for the node's standbys), or of
   * another backup.
   */
  private static final Set<String> ROOT_FILES =
      Set.of(
          ManagedSettings.FILE,
          SlotBound.FILE,
          "recovery.signal",
          "standby.signal",
          "postgresql.auto.conf.tmp",
          "backup_label",
          "backup_label.old",
          "backup_manifest",
          "backup_manifest.tmp",
          "postmaster.opts",
          "postmaster.pid");

  private final boolean online;
  private final Set<String> unwanted = new HashSet<>();
  private final Set<String> unwantedContents = new HashSet<>();

  Omissions(boolean online, List<String> exclude) {
    this.online = online;
    for (String text : exclude) {
      String name = DATA + "/" + text;
      if (name.endsWith("/")) {
        unwantedContents.add(name.substring(0, name.length() - 1));
      } else {
        unwanted.add(name);
      }
    }
  }

  /** Whether the user does not want this. */
  boolean isUnwanted(String name) {
    return unwanted.contains(name);
  }

  /** Whether the user does not want what is in this directory. */
  boolean isContentUnwanted(String name) {
    return unwantedContents.contains(name);
  }

  /** Files and directories of sorts and hashes that did not fit into memory, wherever they are. */
  static boolean isSortFile(String fileName) {
    return fileName.startsWith(SORT_FILES);
  }

  /** Whether nothing in this directory is needed, while the directory itself is. */
  boolean isContentUseless(String name) {
    return EMPTIED.contains(name) || (online && name.equals(WAL + "/archive_status"));
  }

  /** Whether a file is not needed. */
  boolean isFileUseless(String parent, String fileName, boolean inDatabase) {
    if (inDatabase) {
      return isRelationCache(fileName) || RelationNames.isTemporary(fileName);
    }
    return (parent.equals(DATA) && ROOT_FILES.contains(fileName)) || (online && parent.equals(WAL));
  }

  /** The cache itself, or one that a process was writing, with its number behind a dot. */
  private static boolean isRelationCache(String fileName) {
    if (!fileName.startsWith(RELATION_CACHE)) {
      return false;
    }
    int at = RELATION_CACHE.length();
    return at == fileName.length()
        || (fileName.charAt(at) == '.' && RelationNames.isNumber(fileName.substring(at + 1)));
  }
}
