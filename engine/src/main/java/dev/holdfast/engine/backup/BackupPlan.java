package dev.holdfast.engine.backup;

import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.engine.Reporter;
import dev.holdfast.postgres.directory.ClusterDirectory;
import dev.holdfast.postgres.directory.DirectoryScan;
import dev.holdfast.postgres.directory.DirectoryVisitor;
import dev.holdfast.postgres.directory.FoundFile;
import dev.holdfast.postgres.directory.FoundLink;
import dev.holdfast.postgres.directory.FoundPath;
import dev.holdfast.postgres.directory.FoundTarget;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.repository.manifest.ManifestFiles;
import dev.holdfast.repository.manifest.ManifestFilesBuilder;
import dev.holdfast.repository.manifest.ManifestLink;
import dev.holdfast.repository.manifest.ManifestPath;
import dev.holdfast.repository.manifest.ManifestTarget;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * What is in the data directory, and what the backup does with each file. Files are known by their
 * index in {@link #files}; what is done with them is kept in bits, because there may be millions.
 *
 * @param targets where files lie
 * @param paths directories
 * @param links symbolic links
 * @param files the files; those that a prior backup holds carry its values
 * @param pages files that consist of pages with checksums
 * @param copies files that are copied, unless they turn out to be the prior backup's
 * @param compares of the copies, files whose content is compared with the prior backup's first
 */
record BackupPlan(
    List<ManifestTarget> targets,
    List<ManifestPath> paths,
    List<ManifestLink> links,
    ManifestFiles files,
    BitSet pages,
    BitSet copies,
    BitSet compares) {

  /** Scans the data directory; everything is to be copied. */
  static BackupPlan scan(DirectoryScan scan, boolean bundle, Reporter reporter) {
    Collector collector = new Collector(reporter);
    ClusterDirectory.walk(scan, collector);
    ManifestFiles files = collector.files.build();
    BitSet copies = new BitSet(files.size());
    for (int index = 0; index < files.size(); index++) {
      // Nothing is stored of empty files where there are bundles.
      copies.set(index, !(bundle && files.get(index).size() == 0));
    }
    return new BackupPlan(
        collector.targets,
        collector.paths,
        collector.links,
        files,
        collector.pages,
        copies,
        new BitSet());
  }

  /** A file that claims to be modified after a second: its time says nothing about its content. */
  Optional<ManifestFile> fileAfter(long second) {
    for (ManifestFile file : files) {
      if (file.timestamp() > second) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  private static final class Collector implements DirectoryVisitor {
    final List<ManifestTarget> targets = new ArrayList<>();
    final List<ManifestPath> paths = new ArrayList<>();
    final List<ManifestLink> links = new ArrayList<>();
    final ManifestFilesBuilder files = ManifestFiles.builder();

    /** Files come in the order that they are kept in, so that their number is their index. */
    final BitSet pages = new BitSet();

    private final Reporter reporter;
    private int count;

    Collector(Reporter reporter) {
      this.reporter = reporter;
    }

    @Override
    public void path(FoundPath path) {
      paths.add(new ManifestPath(path.name(), path.mode(), path.user(), path.group()));
    }

    @Override
    public void file(FoundFile file) {
      pages.set(count++, file.hasPages());
      ManifestFile found =
          ManifestFile.found(
              file.name(), file.size(), file.modified(), file.mode(), file.user(), file.group());
      files.add(file.size() == 0 ? found.withContent(0, Sha1Hash.EMPTY) : found);
    }

    @Override
    public void link(FoundLink link) {
      links.add(new ManifestLink(link.name(), link.destination(), link.user(), link.group()));
    }

    @Override
    public void target(FoundTarget target) {
      targets.add(
          new ManifestTarget(
              target.name(),
              target.isLink() ? ManifestTarget.Type.LINK : ManifestTarget.Type.PATH,
              target.path(),
              target.file(),
              target.tablespaceId(),
              target.tablespaceName()));
    }

    @Override
    public void excluded(String message) {
      reporter.info(message);
    }

    @Override
    public void warning(String message) {
      reporter.warn(message);
    }
  }
}
