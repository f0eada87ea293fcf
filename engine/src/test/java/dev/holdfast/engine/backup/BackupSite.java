package dev.holdfast.engine.backup;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.RecordingReporter;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.restore.Restore;
import dev.holdfast.engine.restore.RestoreRequest;
import dev.holdfast.engine.stanza.StanzaCreate;
import dev.holdfast.engine.stanza.StanzaRequest;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.posix.PosixStorage;
import dev.holdfast.testkit.ManualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A repository and a data directory made by hand, which is backed up in the test's own process: the
 * test decides what happens at which moment.
 */
final class BackupSite {
  static final StanzaName STANZA = new StanzaName("main");

  final Path data;
  final Path repositoryPath;
  final RecordingReporter reporter = new RecordingReporter();
  final ManualTime time = new ManualTime(Instant.now().truncatedTo(ChronoUnit.SECONDS));
  final HandmadeCluster cluster;

  CompressionType compression = CompressionType.LZ4;
  Optional<StoringOptions.Bundles> bundles = Optional.empty();
  Optional<StoringOptions.Blocks> blocks = Optional.empty();
  boolean hardlink;
  boolean delta;
  boolean resume = true;
  Optional<Boolean> checksumPage = Optional.of(false);
  BackupRequest.ArchiveOptions archive =
      new BackupRequest.ArchiveOptions(false, false, Duration.ZERO);
  Map<String, String> annotations = Map.of();
  List<String> exclude = List.of();
  Optional<Path> standby = Optional.empty();
  int workers = 2;
  long saveThreshold = Long.MAX_VALUE;
  Repository repository;
  Consumer<Reporter.Progress> onProgress = progress -> {};

  private final Path directory;
  private int restores;

  BackupSite(Path directory, boolean encrypted) {
    this.directory = directory;
    this.data = directory.resolve("data");
    this.repositoryPath = directory.resolve("repo");
    this.cluster = new HandmadeCluster(data, time);
    this.repository =
        new Repository(
            1,
            new PosixStorage(repositoryPath),
            encrypted ? Optional.of(new CipherPass("correct horse")) : Optional.empty());
    new StanzaCreate(
            new StanzaRequest(
                STANZA, List.of(repository), PgControlFile.read(data, null).control()),
            reporter)
        .run();
  }

  /** The same repository, seen through something. */
  void storage(Storage storage) {
    repository = new Repository(1, storage, repository.pass());
  }

  Clock clock() {
    return time.withZone(ZoneOffset.UTC);
  }

  /** Bundles of a size, of files up to another. */
  BackupSite bundled(long size, long limit) {
    bundles = Optional.of(new StoringOptions.Bundles(size, limit));
    return this;
  }

  /** Makes a backup ten seconds after what was before. */
  Backup.Result backup(BackupType type) {
    time.advance(Duration.ofSeconds(10));
    return backup(request(type));
  }

  Backup.Result backup(BackupRequest request) {
    Reporter observed =
        new Reporter() {
          @Override
          public void log(Level level, int worker, String message) {
            reporter.log(level, worker, message);
          }

          @Override
          public void progress(Progress progress) {
            onProgress.accept(progress);
          }
        };
    return new Backup(request, cluster, clock(), observed, CopyWatch.Progress.NONE).run();
  }

  BackupRequest request(BackupType type) {
    return new BackupRequest(
        STANZA,
        repository,
        type,
        data,
        standby,
        new StoringOptions(compression, compression.defaultLevel(), bundles, blocks, hardlink),
        new BackupRequest.ReadingOptions(checksumPage, true, delta, exclude),
        archive,
        resume,
        false,
        annotations,
        workers,
        saveThreshold);
  }

  BackupInfo info() {
    return repository.infos(STANZA).backupInfo();
  }

  Manifest manifest(BackupLabel label) {
    return repository.manifests(STANZA, info()).load(label);
  }

  Path backupPath(BackupLabel label) {
    return repositoryPath.resolve("backup/main").resolve(label.text());
  }

  /** Restores a backup to somewhere new. */
  Path restore(BackupLabel label) {
    try {
      Path target = Files.createDirectory(directory.resolve("restored" + ++restores));
      new Restore(
              new RestoreRequest(
                  STANZA,
                  List.of(repository),
                  Optional.of(label),
                  target,
                  Optional.empty(),
                  false,
                  false,
                  RestoreRequest.Databases.ALL,
                  RestoreRequest.Targets.UNMAPPED,
                  new RestoreRequest.Recovery(Map.of(), false, "false %f %p"),
                  1,
                  directory.resolve("spool"),
                  ZoneOffset.UTC),
              clock(),
              reporter)
          .run();
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The relation files of a data directory by name, as text that says where two differ. */
  static Map<String, Integer> relations(Path data) {
    Map<String, Integer> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(data.resolve("base"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        found.put(
            data.relativize(file) + " of " + Files.size(file),
            java.util.Arrays.hashCode(Files.readAllBytes(file)));
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
