package dev.holdfast.postgres.directory;

import dev.holdfast.postgres.control.PgControl;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to look for in a data directory.
 *
 * @param pgdata the data directory, absolute, as it was configured
 * @param control the cluster's control file, for its version and its tablespaces' directories
 * @param online whether the cluster runs, so that its WAL comes from the archive
 * @param exclude what the user wants to leave out, relative to the data directory: {@code base/16}
 *     for something as a whole, {@code base/16/} for what is in a directory
 * @param tablespaces the names of the tablespaces by object id, as the server says; null when it
 *     does not run, so that names are made up
 */
public record DirectoryScan(
    Path pgdata,
    PgControl control,
    boolean online,
    List<String> exclude,
    @Nullable Map<Long, String> tablespaces) {

  /** Copies the collections. */
  public DirectoryScan {
    exclude = List.copyOf(exclude);
    tablespaces = tablespaces == null ? null : Map.copyOf(tablespaces);
  }
}
