package dev.holdfast.agent;

import dev.holdfast.engine.archive.ArchiveGetAsync;
import dev.holdfast.engine.archive.ArchivePushAsync;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The engine's work for one cluster, as the configuration has it at this moment.
 *
 * @param push of the cluster's WAL
 * @param get of WAL for the cluster's recovery
 * @param dataDirectory of the cluster
 * @param timeout how long a request may take (archive-timeout)
 * @param stream how the growing segment is stored; empty if it is not. The same object as long as
 *     the configuration is the same
 */
public record WalTasks(
    ArchivePushAsync push,
    ArchiveGetAsync get,
    Path dataDirectory,
    Duration timeout,
    Optional<WalStream> stream) {
  /** Where PostgreSQL writes WAL, and lists what it waits to have archived. */
  Path walDirectory() {
    return dataDirectory.resolve("pg_wal");
  }
}
