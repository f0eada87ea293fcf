package dev.holdfast.repository.manifest;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.repository.RepositoryFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One backup's manifest. Immutable; lists are in byte order of their names.
 *
 * @param version the program version that wrote it, {@link RepositoryFormat#VERSION} for ours
 * @param cipherPass the passphrase of the backup's files; null when the repository is not encrypted
 * @param data what the backup is
 * @param cluster what was backed up
 * @param options how
 * @param targets the data directory, tablespaces and other links' destinations
 * @param paths directories
 * @param links symbolic links
 * @param databases the cluster's databases; empty while the backup has not finished
 * @param files the files
 */
public record Manifest(
    String version,
    @Nullable CipherPass cipherPass,
    ManifestData data,
    ManifestCluster cluster,
    ManifestOptions options,
    List<ManifestTarget> targets,
    List<ManifestPath> paths,
    List<ManifestLink> links,
    List<ManifestDb> databases,
    ManifestFiles files) {

  /** Sorts the lists, and checks that the data directory is there. */
  public Manifest {
    targets = ByteOrder.sorted(targets, ManifestTarget::name);
    paths = ByteOrder.sorted(paths, ManifestPath::name);
    links = ByteOrder.sorted(links, ManifestLink::name);
    databases = ByteOrder.sorted(databases, ManifestDb::name);
    if (ByteOrder.find(targets, ManifestTarget::name, ManifestTarget.PG_DATA) == null
        || ByteOrder.find(paths, ManifestPath::name, ManifestTarget.PG_DATA) == null) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "manifest '" + data.label() + "' lacks the data directory 'pg_data'");
    }
  }

  /** The same manifest saying something else of the backup. */
  public Manifest withData(ManifestData newData) {
    return new Manifest(
        version, cipherPass, newData, cluster, options, targets, paths, links, databases, files);
  }

  /** The same manifest of another cluster. */
  public Manifest withCluster(ManifestCluster newCluster) {
    return new Manifest(
        version, cipherPass, data, newCluster, options, targets, paths, links, databases, files);
  }

  /** The same manifest with other options. */
  public Manifest withOptions(ManifestOptions newOptions) {
    return new Manifest(
        version, cipherPass, data, cluster, newOptions, targets, paths, links, databases, files);
  }

  /** The same manifest with other databases. */
  public Manifest withDatabases(List<ManifestDb> newDatabases) {
    return new Manifest(
        version, cipherPass, data, cluster, options, targets, paths, links, newDatabases, files);
  }

  /** The same manifest with other files. */
  public Manifest withFiles(ManifestFiles newFiles) {
    return new Manifest(
        version, cipherPass, data, cluster, options, targets, paths, links, databases, newFiles);
  }

  /** The same manifest with other targets and links, as a restore maps them. */
  public Manifest withTargets(List<ManifestTarget> newTargets, List<ManifestLink> newLinks) {
    return new Manifest(
        version, cipherPass, data, cluster, options, newTargets, paths, newLinks, databases, files);
  }

  /** The data directory's target. */
  public ManifestTarget pgData() {
    return java.util.Objects.requireNonNull(
        ByteOrder.find(targets, ManifestTarget::name, ManifestTarget.PG_DATA));
  }

  /** The data directory's path, whose mode and owners are the defaults of all others. */
  public ManifestPath basePath() {
    return java.util.Objects.requireNonNull(
        ByteOrder.find(paths, ManifestPath::name, ManifestTarget.PG_DATA));
  }

  /** The target of this name. */
  public Optional<ManifestTarget> target(String name) {
    return Optional.ofNullable(ByteOrder.find(targets, ManifestTarget::name, name));
  }

  /** The directory of this name. */
  public Optional<ManifestPath> path(String name) {
    return Optional.ofNullable(ByteOrder.find(paths, ManifestPath::name, name));
  }

  /** The link of this name. */
  public Optional<ManifestLink> link(String name) {
    return Optional.ofNullable(ByteOrder.find(links, ManifestLink::name, name));
  }

  /** The database of this name. */
  public Optional<ManifestDb> database(String name) {
    return Optional.ofNullable(ByteOrder.find(databases, ManifestDb::name, name));
  }

  /**
   * Checks that the manifest tells enough to restore: every file has a checksum. Strictly, before a
   * backup is declared complete, also that an empty file has the empty checksum and any other is
   * stored in at least one byte.
   *
   * @throws HoldfastException format (29), naming up to ten files
   */
  public void validate(boolean strict) {
    ManifestValidation.validate(this, strict);
  }
}
