package dev.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Deadline;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.catalog.UnfinishedBackups;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.info.InfoStore;
import dev.holdfast.storage.Storage;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.Faults;
import dev.holdfast.testkit.FaultyStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others do while a backup is made, and what one that fails leaves for the next. */
class BackupUnderWayTest {
  private static final String TABLE = "base/1/2000";

  @TempDir private Path directory;
  private BackupSite site;
  private HandmadeCluster cluster;

  @BeforeEach
  void makeSite() {
    site = new BackupSite(directory, true);
    cluster = site.cluster;
    cluster.write(TABLE, HandmadeCluster.pages(4, 1));
    cluster.write("base/1/2001", HandmadeCluster.pages(2, 2));
  }

  private static void assertCode(ErrorCode code, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(HoldfastException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private static Runnable failure(ErrorCode code) {
    return () -> {
      throw new HoldfastException(code, "it failed");
    };
  }

  private List<BackupLabel> directories() {
    return site.repository.storage().list("backup/main").stream()
        .filter(entry -> entry.isPath() && BackupLabel.isLabel(entry.name()))
        .map(entry -> new BackupLabel(entry.name()))
        .toList();
  }

  private Path stored(BackupLabel label, String name) {
    return site.backupPath(label).resolve("pg_data").resolve(name + ".lz4");
  }

  /** Fails when all is copied, with no save of the manifest on the way. */
  private BackupLabel failAtStop() {
    cluster.atStop = failure(ErrorCode.ARCHIVE_TIMEOUT);
    assertCode(ErrorCode.ARCHIVE_TIMEOUT, () -> site.backup(BackupType.FULL));
    cluster.atStop = () -> {};
    return directories().getFirst();
  }

  @Test
  void whatEndsRightAfterItsFirstFileIsRemovedByTheNextBackup() {
    Storage whole = site.repository.storage();
    site.storage(new FaultyStorage(whole, Faults.at(Fault.UNREPORTED_COMMIT, 1)));
    assertThatThrownBy(() -> site.backup(BackupType.FULL)).isInstanceOf(HoldfastException.class);
    site.storage(whole);
    BackupLabel unfinished = directories().getFirst();
    assertThat(site.backupPath(unfinished).resolve("backup.holdfast")).exists();
    assertThat(site.backupPath(unfinished).resolve("backup.manifest.copy")).doesNotExist();

    Backup.Result next = site.backup(BackupType.FULL);

    assertThat(directories()).containsExactly(next.entry().label());
  }

  @Test
  void nothingIsRemovedWhileAnotherBackupOfTheClusterRuns() {
    BackupLabel unfinished = failAtStop();
    site.resume = false;
    cluster.atLock = failure(ErrorCode.LOCK_ACQUIRE);
    assertCode(ErrorCode.LOCK_ACQUIRE, () -> site.backup(BackupType.FULL));
    assertThat(stored(unfinished, TABLE)).exists();
  }

  /** The label that a backup which began now would have. */
  private BackupLabel labelOfThisSecond() {
    return BackupLabel.full(LocalDateTime.ofInstant(site.time.instant(), ZoneOffset.UTC));
  }

  @Test
  void theSameLabelOnTwoHostsIsOneHostsOnly() {
    AtomicReference<BackupLabel> label = new AtomicReference<>();
    cluster.atStart =
        () -> {
          label.set(labelOfThisSecond());
          new UnfinishedBackups(site.repository.storage(), BackupSite.STANZA, site.clock())
              .begin(label.get());
        };
    assertCode(ErrorCode.LOCK_ACQUIRE, () -> site.backup(BackupType.FULL));
    assertThat(directories()).containsExactly(label.get());
    assertThat(site.backupPath(label.get())).isDirectoryNotContaining("glob:**/backup.manifest*");
  }

  @Test
  void aLabelThatPgBackRestHasBegunIsNotUsed() {
    cluster.atStart =
        () ->
            site.repository.storage().createPath("backup/main/" + labelOfThisSecond() + "/bundle");
    assertCode(ErrorCode.LOCK_ACQUIRE, () -> site.backup(BackupType.FULL));
  }

  @Test
  void nobodyWritesIntoABackupThatAnotherHasTakenOver() {
    cluster.atStop =
        () -> {
          BackupLabel label = directories().getFirst();
          site.repository.storage().removeTree("backup/main/" + label);
          new UnfinishedBackups(site.repository.storage(), BackupSite.STANZA, site.clock())
              .begin(label);
        };
    assertCode(ErrorCode.LOCK_ACQUIRE, () -> site.backup(BackupType.FULL));
    BackupLabel label = directories().getFirst();
    assertThat(site.info().backups()).isEmpty();
    assertThat(site.backupPath(label)).isDirectoryNotContaining("glob:**/backup.manifest*");
  }

  @Test
  void aBackupWhoseDirectoryIsRemovedStopsCopying() {
    site.workers = 1;
    assertCopyingStops(
        ErrorCode.LOCK_ACQUIRE,
        () -> site.repository.storage().removeTree("backup/main/" + directories().getFirst()),
        () -> {});
  }

  /**
   * Fails unless the copying, which takes as long as it takes to be noticed, ends with this error.
   *
   * @param meanwhile what happens while a file is copied
   * @param ping what the cluster does when it is looked at
   */
  private void assertCopyingStops(ErrorCode code, Runnable meanwhile, Runnable ping) {
    Thread caller = Thread.currentThread();
    AtomicReference<Thread> looker = new AtomicReference<>();
    AtomicBoolean stopped = new AtomicBoolean();
    cluster.atPing =
        () -> {
          if (Thread.currentThread() != caller) {
            looker.set(Thread.currentThread());
            ping.run();
          }
        };
    cluster.atStop = () -> stopped.set(true);
    site.onProgress =
        progress -> {
          meanwhile.run();
          Deadline deadline = Deadline.in(Duration.ofMinutes(1));
          while (looker.get() == null || looker.get().isAlive()) {
            assertThat(deadline.pause()).isTrue();
          }
        };
    assertCode(code, () -> site.backup(BackupType.FULL));
    assertThat(stopped).isFalse();
  }

  @Test
  void whatAnotherHostExpiredMeanwhileDoesNotComeBackIntoTheCatalog() {
    Backup.Result first = site.backup(BackupType.FULL);
    cluster.atStop = () -> expire(first.entry().label());
    Backup.Result second = site.backup(BackupType.FULL);
    assertThat(site.info().backups())
        .extracting(entry -> entry.label())
        .containsExactly(second.entry().label());
  }

  @Test
  void danger14_anIncrementalBackupIsNotCompletedWhenItsPriorIsGone() {
    Backup.Result full = site.backup(BackupType.FULL);
    cluster.write(TABLE, HandmadeCluster.pages(5, 1), Duration.ofMinutes(1));
    cluster.atStop = () -> expire(full.entry().label());
    assertCode(ErrorCode.FILE_MISSING, () -> site.backup(BackupType.INCR));
    assertThat(site.info().backups()).isEmpty();
    assertThat(site.backupPath(directories().getLast()).resolve("backup.manifest")).doesNotExist();
  }

  /** As another host's expire would. */
  private void expire(BackupLabel label) {
    InfoStore infos = site.repository.infos(BackupSite.STANZA);
    BackupInfo info = infos.backupInfo();
    infos.save(info.without(List.of(label)));
    site.repository.storage().removeTree("backup/main/" + label);
  }

  @Test
  void danger08_archiveInfoIsWrittenAgainAtTheEnd() throws IOException {
    Path archiveInfo = site.repositoryPath.resolve("archive/main/archive.info");
    Files.setLastModifiedTime(archiveInfo, FileTime.from(Instant.EPOCH));
    byte[] before = Files.readAllBytes(archiveInfo);
    site.backup(BackupType.FULL);
    assertThat(Files.getLastModifiedTime(archiveInfo).toInstant()).isAfter(Instant.EPOCH);
    assertThat(Files.readAllBytes(archiveInfo)).hasSameSizeAs(before);
  }

  @Test
  void danger16_aBackupThatFailsAtItsEndLeavesAllThatItStoredToTheNext() throws IOException {
    BackupLabel unfinished = failAtStop();
    Instant storedAt = Files.getLastModifiedTime(stored(unfinished, TABLE)).toInstant();
    Backup.Result result = site.backup(BackupType.FULL);
    assertThat(result.entry().label()).isEqualTo(unfinished);
    assertThat(Files.getLastModifiedTime(stored(unfinished, TABLE)).toInstant())
        .isEqualTo(storedAt);
    assertRestores(unfinished);
  }

  @Test
  void danger16_aSignalLeavesWhatWasStoredThoughTheThreadIsInterrupted() throws IOException {
    cluster.atStop =
        () -> {
          Thread.currentThread().interrupt();
          throw new HoldfastException(ErrorCode.TERM, "terminated on signal");
        };
    assertCode(ErrorCode.TERM, () -> site.backup(BackupType.FULL));
    assertThat(Thread.interrupted()).isTrue();
    cluster.atStop = () -> {};
    BackupLabel unfinished = directories().getFirst();
    Instant storedAt = Files.getLastModifiedTime(stored(unfinished, TABLE)).toInstant();
    site.backup(BackupType.FULL);
    assertThat(Files.getLastModifiedTime(stored(unfinished, TABLE)).toInstant())
        .isEqualTo(storedAt);
  }

  @Test
  void danger16_anotherCrashWhileABackupIsResumedForgetsNothing() {
    BackupLabel unfinished = failAtStop();
    List<String> unknown = new ArrayList<>();
    AtomicBoolean looked = new AtomicBoolean();
    site.workers = 1;
    site.onProgress =
        progress -> {
          // Of the first file, nothing is known to this attempt yet: it is being looked at.
          if (looked.compareAndSet(false, true)) {
            var copy = site.repository.manifests(BackupSite.STANZA, site.info());
            copy.loadCopy(unfinished)
                .files()
                .forEach(file -> {
                  if (file.checksum() == null) {
                    unknown.add(file.name());
                  }
                });
          }
        };
    site.backup(BackupType.FULL);
    assertThat(looked).isTrue();
    assertThat(unknown).isEmpty();
  }

  @Test
  void danger16_contentIsComparedWhenTimesCannotBeTrusted() {
    BackupLabel unfinished = failAtStop();
    long before = cluster.data.resolve(TABLE).toFile().lastModified();
    cluster.write(TABLE, HandmadeCluster.pages(4, 9));
    assertThat(cluster.data.resolve(TABLE).toFile().setLastModified(before)).isTrue();
    cluster.write("base/1/4000", HandmadeCluster.pages(1, 1), Duration.ofDays(-1));
    Backup.Result result = site.backup(BackupType.FULL);
    assertThat(result.entry().label()).isEqualTo(unfinished);
    assertThat(site.manifest(unfinished).options().delta()).isTrue();
    assertRestores(unfinished);
  }

  private void assertRestores(BackupLabel label) {
    assertThat(BackupSite.relations(site.restore(label)))
        .isEqualTo(BackupSite.relations(cluster.data));
  }

  @Test
  void nobodyCopiesOnWhenTheClusterHasChangedItsPart() {
    assertCopyingStops(ErrorCode.DB_MISMATCH, () -> {}, failure(ErrorCode.DB_MISMATCH));
    assertThat(stored(directories().getFirst(), "PG_VERSION")).doesNotExist();
  }

  @Test
  void theDirectoryOfAFullBackupIsAWholeCluster() throws IOException {
    Path tablespace = Files.createDirectories(directory.resolve("space"));
    Files.createDirectories(tablespace.resolve("PG_15_202209061/1"));
    Files.write(tablespace.resolve("PG_15_202209061/1/3000"), HandmadeCluster.pages(1, 3));
    Files.createSymbolicLink(cluster.data.resolve("pg_tblspc/16400"), tablespace);
    Files.createDirectories(cluster.data.resolve("pg_replslot"));
    cluster.online = false;
    Backup.Result result = site.backup(BackupType.FULL);
    Path path = site.backupPath(result.entry().label());
    assertThat(path.resolve("pg_data/pg_replslot")).isEmptyDirectory();
    assertThat(path.resolve("pg_data/pg_tblspc/16400/PG_15_202209061/1/3000.lz4")).exists();
    Backup.Result incr = site.backup(BackupType.INCR);
    assertThat(site.backupPath(incr.entry().label()).resolve("pg_data/pg_replslot")).doesNotExist();
    assertThat(site.reporter.messages(Reporter.Level.WARN)).isEmpty();
  }
}
