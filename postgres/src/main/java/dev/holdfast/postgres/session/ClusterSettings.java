package dev.holdfast.postgres.session;

import dev.holdfast.domain.PgVersion;
import java.time.Duration;

/**
 * What a server says of its configuration.
 *
 * @param version its major version
 * @param dataDirectory the data directory that it runs on
 * @param archiveMode {@code off}, {@code on} or {@code always}
 * @param archiveCommand the command that archives a segment; {@code (disabled)} or empty for none
 * @param checkpointTimeout how long a checkpoint may be waited for when it is not forced
 */
public record ClusterSettings(
    PgVersion version,
    String dataDirectory,
    String archiveMode,
    String archiveCommand,
    Duration checkpointTimeout) {}
