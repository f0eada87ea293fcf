package dev.holdfast.engine.archive;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.engine.Reporter;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.archive.ArchiveFinder;
import dev.holdfast.repository.info.ArchiveInfo;
import dev.holdfast.repository.info.ClusterEntry;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which archives of which repositories belong to the cluster at hand. */
final class ClusterArchives {
  private static final String BACKUP_LABEL = "backup_label";

  private ClusterArchives() {}

  /**
   * Where WAL of the cluster is pushed: in each repository, the archive of the stanza's current
   * cluster, which must be this one.
   *
   * @throws HoldfastException repo-invalid (103) if no repository can take it
   */
  static ArchiveTargets targets(ArchivePushRequest request) {
    @Nullable PgControl control =
        request.pgPath().map(path -> control(path, request.forcedVersion()).control()).orElse(null);
    @Nullable PgVersion version = control == null ? null : control.version();
    @Nullable SystemIdentifier system = control == null ? null : control.systemId();
    String known = "PostgreSQL";
    List<ArchiveDirectory> directories = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    for (Repository repository : request.repositories()) {
      try {
        ArchiveInfo info = repository.infos(request.stanza()).archiveInfo();
        ClusterEntry current = info.history().current();
        if (version == null || system == null) {
          // Without pg_control the first repository is believed, and the others must agree.
          version = current.version();
          system = current.systemId();
          known = "repo" + repository.key() + " stanza";
        } else if (!current.isSameCluster(system, version)) {
          throw mismatch(known, version, system, repository.key(), current);
        }
        directories.add(
            directory(request.stanza(), repository, info.walPass(), current.archiveId()));
      } catch (HoldfastException e) {
        errors.add(RepositoryErrors.line(repository.key(), e));
      }
    }
    if (directories.isEmpty() || version == null || system == null) {
      throw new HoldfastException(
          ErrorCode.REPO_INVALID,
          "unable to find a valid repository:\n" + String.join("\n", errors));
    }
    return new ArchiveTargets(version, system, directories, errors);
  }

  private static HoldfastException mismatch(
      String known,
      PgVersion version,
      SystemIdentifier system,
      int repositoryKey,
      ClusterEntry current) {
    return new HoldfastException(
        ErrorCode.ARCHIVE_MISMATCH,
        "%s version %s, system-id %s do not match repo%d stanza version %s, system-id %s"
            .formatted(
                known, version, system, repositoryKey, current.version(), current.systemId()),
        "are you archiving to the correct stanza?");
  }

  /**
   * Where WAL of the cluster may be found: in each repository, every archive whose cluster has its
   * version and system identifier, newest first.
   *
   * @throws HoldfastException repo-invalid (103) if no repository has any; format (29) if the
   *     cluster was restored and its backup label is gone
   */
  static ArchiveLookup lookup(ArchiveGetRequest request, Reporter reporter) {
    PgControlFile file = control(request.pgPath(), request.forcedVersion());
    if (file.checkpointIsInvalid()
        && !Files.exists(request.pgPath().resolve(BACKUP_LABEL), LinkOption.NOFOLLOW_LINKS)) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "pg_control from backup is not valid without backup_label",
          "was the backup_label file removed?");
    }
    PgControl control = file.control();
    Map<Integer, List<ArchiveDirectory>> found = new LinkedHashMap<>();
    List<String> warnings = new ArrayList<>();
    boolean complete = true;
    for (Repository repository : request.repositories()) {
      try {
        found.put(repository.key(), directories(request.stanza(), repository, control));
      } catch (HoldfastException e) {
        // A stanza of another cluster was asked, and has nothing of this one.
        complete &= e.code() == ErrorCode.ARCHIVE_MISMATCH;
        String line = RepositoryErrors.line(repository.key(), e);
        reporter.warn(line);
        warnings.add(line);
      }
    }
    return new ArchiveLookup(found, warnings, complete, reporter);
  }

  private static List<ArchiveDirectory> directories(
      StanzaName stanza, Repository repository, PgControl control) {
    ArchiveInfo info = repository.infos(stanza).archiveInfo();
    ArchiveFinder finder = repository.archive(stanza);
    List<ArchiveDirectory> directories = new ArrayList<>();
    @Nullable List<ArchiveId> present = null;
    for (ClusterEntry entry : info.history().newestFirst()) {
      if (!entry.isSameCluster(control.systemId(), control.version())) {
        continue;
      }
      if (entry.id() != info.history().currentId()) {
        if (present == null) {
          present = finder.archiveIds();
        }
        if (!present.contains(entry.archiveId())) {
          continue;
        }
      }
      directories.add(directory(stanza, repository, info.walPass(), entry.archiveId()));
    }
    if (directories.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.ARCHIVE_MISMATCH,
          "unable to retrieve the archive id for database version '%s' and system-id '%s'"
              .formatted(control.version(), control.systemId()));
    }
    return directories;
  }

  private static ArchiveDirectory directory(
      StanzaName stanza, Repository repository, Optional<CipherPass> pass, ArchiveId id) {
    return new ArchiveDirectory(repository.key(), repository.storage(), stanza, id, pass);
  }

  private static PgControlFile control(Path pgPath, Optional<PgVersion> forced) {
    return PgControlFile.read(pgPath, forced.orElse(null));
  }
}
