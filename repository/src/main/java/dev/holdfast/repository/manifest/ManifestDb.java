package dev.holdfast.repository.manifest;

/**
 * A database of the cluster.
 *
 * @param name its name, with whatever characters it has
 * @param id its oid, unsigned 32 bits
 * @param lastSystemId the highest oid that was system-made at initdb; kept for older readers
 */
public record ManifestDb(String name, long id, long lastSystemId) {}
