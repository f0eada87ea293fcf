package dev.holdfast.engine.archive;

import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.SystemIdentifier;
import java.util.List;

/**
 * Where WAL of one cluster goes, found once for any number of files.
 *
 * @param version the cluster's version, as pg_control and the repositories agree
 * @param system the cluster's identifier
 * @param directories the repositories that can take WAL, at least one
 * @param errors what is wrong with the others
 */
record ArchiveTargets(
    PgVersion version,
    SystemIdentifier system,
    List<ArchiveDirectory> directories,
    List<String> errors) {

  ArchiveTargets {
    directories = List.copyOf(directories);
    errors = List.copyOf(errors);
  }
}
