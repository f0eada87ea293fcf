package dev.holdfast.agent;

import dev.holdfast.engine.archive.ArchiveGetAsync;
import dev.holdfast.engine.archive.ArchivePushAsync;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The engine's work for one cluster, as the configuration has it at this moment.
 *
 * @param push of the cluster's WAL
 * @param get of WAL for the cluster's recovery
 * @param dataDirectory of the cluster
 * @param timeout how long a request may take (archive-timeout)
 */
public record WalTasks(
    ArchivePushAsync push, ArchiveGetAsync get, Path dataDirectory, Duration timeout) {
  /** Where PostgreSQL writes WAL, and lists what it waits to have archived. */
  Path walDirectory() {
    return dataDirectory.resolve("pg_wal");
  }
}
