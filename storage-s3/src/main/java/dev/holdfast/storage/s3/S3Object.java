package dev.holdfast.storage.s3;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An object as the store knows it.
 *
 * @param size bytes
 * @param modified when it was stored
 * @param versionId the version, where a certain one is meant; null for the newest
 * @param mark what its writer put into its metadata ({@link S3Requests#newMark}); empty if nothing
 */
record S3Object(long size, Instant modified, @Nullable String versionId, String mark) {}
