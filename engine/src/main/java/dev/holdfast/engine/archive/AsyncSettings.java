package dev.holdfast.engine.archive;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What working ahead in a background process needs.
 *
 * @param spoolPath the directory in which foreground and background meet
 * @param timeout how long the foreground waits for the background
 * @param workers how many files are worked on at once, 1 and up (process-max); others may be on
 *     their way meanwhile
 * @param queueBytes for a push, WAL dealt with before the queue is measured again
 *     (archive-push-batch-size); for a get, WAL that is fetched ahead (archive-get-queue-max)
 */
public record AsyncSettings(Path spoolPath, Duration timeout, int workers, long queueBytes) {}
