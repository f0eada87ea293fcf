package dev.holdfast.postgres.session;

import dev.holdfast.domain.PgVersion;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A configured cluster.
 *
 * @param key which one: 1 for the options that begin with {@code pg1-}
 * @param pgdata its data directory
 * @param target how to connect to it
 * @param forcedVersion the option pg-version-force; null to find out
 */
public record ClusterAddress(
    int key, Path pgdata, SessionTarget target, @Nullable PgVersion forcedVersion) {}
