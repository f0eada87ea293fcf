package dev.holdfast.engine.backup;

/**
 * Files that one worker stores into one file of the repository.
 *
 * @param indexes the files, by their index in the plan; several only in a bundle
 * @param bundleId the bundle, 1 and up; 0 for a file of its own
 * @param bytes their size
 */
record CopyJob(int[] indexes, long bundleId, long bytes) {}
