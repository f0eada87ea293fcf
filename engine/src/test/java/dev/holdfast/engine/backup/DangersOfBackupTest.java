package dev.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.codec.digest.Sha1;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.engine.Deadline;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What can go wrong while a cluster that runs is copied. The numbers are those of the list of
 * dangers in the description of the format; the data directory is made by hand, so that each
 * happens at the worst moment.
 */
class DangersOfBackupTest {
  private static final int PAGE = HandmadeCluster.PAGE;
  private static final String TABLE = "base/1/2000";
  private static final String TABLE_NAME = "pg_data/" + TABLE;

  @TempDir private Path directory;
  private BackupSite site;
  private HandmadeCluster cluster;

  @BeforeEach
  void makeSite() {
    site = new BackupSite(directory, true);
    cluster = site.cluster;
    cluster.write(TABLE, HandmadeCluster.pages(4, 1));
  }

  private Manifest manifest(Backup.Result result) {
    return site.manifest(result.entry().label());
  }

  private ManifestFile table(Backup.Result result) {
    return manifest(result).files().find(TABLE_NAME).orElseThrow();
  }

  private List<String> names(Backup.Result result) {
    java.util.ArrayList<String> names = new java.util.ArrayList<>();
    manifest(result).files().forEach(file -> names.add(file.name()));
    return names;
  }

  private List<String> warnings() {
    return site.reporter.messages(Reporter.Level.WARN);
  }

  private static void assertCode(ErrorCode code, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(HoldfastException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private static void append(Path file, int bytes) {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(open.length());
      open.write(new byte[bytes]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void truncate(Path file, long size) {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(size);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void danger01_damagedPagesAreNamedInTheManifestAndEmptyOnesAreNot() {
    byte[] pages = HandmadeCluster.pages(9, 1);
    Arrays.fill(pages, 2 * PAGE, 3 * PAGE, (byte) 0);
    pages[4 * PAGE + 5000]++;
    pages[6 * PAGE + 5000]++;
    pages[7 * PAGE + 5000]++;
    cluster.write(TABLE, pages);
    cluster.write("base/1/2000_fsm", HandmadeCluster.pages(3, 2));
    cluster.write("global/1260", HandmadeCluster.pages(1, 3));
    site.checksumPage = Optional.empty();
    Backup.Result result = site.backup(BackupType.FULL);
    assertThat(table(result).checksumPage()).isFalse();
    assertThat(table(result).checksumPageErrors()).isEqualTo("[4,[6,7]]");
    assertThat(manifest(result).files().find("pg_data/base/1/2000_fsm").orElseThrow())
        .extracting(ManifestFile::checksumPage)
        .isEqualTo(true);
    assertThat(manifest(result).files().find("pg_data/global/1260").orElseThrow())
        .extracting(ManifestFile::checksumPage)
        .isEqualTo(true);
    assertThat(result.entry().error()).isTrue();
    assertThat(warnings()).anyMatch(line -> line.contains(TABLE) && line.contains("4, 6-7"));
    // What is known of a file that did not change stays known.
    Backup.Result next = site.backup(BackupType.INCR);
    assertThat(table(next).reference()).isEqualTo(result.entry().label());
    assertThat(table(next).checksumPageErrors()).isEqualTo("[4,[6,7]]");
    assertThat(next.entry().error()).isTrue();
  }

  @Test
  void danger01_pagesThatAreBeingWrittenAreReadAgain() throws Exception {
    byte[] pages = HandmadeCluster.pages(1, 1);
    pages[5000]++;
    cluster.write(TABLE, pages);
    site.checksumPage = Optional.of(true);
    AtomicBoolean written = new AtomicBoolean(true);
    Path file = cluster.data.resolve(TABLE);
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                for (int i = 0; written.get(); i++) {
                  open.seek(6000);
                  open.writeInt(i);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    try {
      // Now and then the writer gets no time between the two reads; then the page is reported.
      boolean ignored = false;
      for (int attempt = 0; attempt < 20 && !ignored; attempt++) {
        ignored = Boolean.TRUE.equals(table(site.backup(BackupType.FULL)).checksumPage());
      }
      assertThat(ignored).isTrue();
    } finally {
      written.set(false);
      writer.join();
    }
  }

  @Test
  void danger02_filesThatVanishAreDropped() {
    cluster.write("base/1/3000", HandmadeCluster.pages(2, 3));
    cluster.write("base/1/3001", HandmadeCluster.pages(1, 3));
    site.bundled(1 << 20, PAGE);
    cluster.afterScan =
        () -> {
          cluster.delete("base/1/3000");
          cluster.delete("base/1/3001");
        };
    Backup.Result result = site.backup(BackupType.FULL);
    assertThat(names(result))
        .contains(TABLE_NAME)
        .doesNotContain("pg_data/base/1/3000", "pg_data/base/1/3001");
    assertThat(BackupSite.relations(site.restore(result.entry().label())))
        .isEqualTo(BackupSite.relations(cluster.data));
  }

  @Test
  void danger02_relationsThatGrowAreReadToTheSizeThatTheyWereFoundWith() {
    Path grown = cluster.data.resolve(TABLE);
    Path other = cluster.write("global/other", new byte[100]);
    cluster.afterScan =
        () -> {
          append(grown, PAGE);
          append(other, 50);
        };
    Backup.Result result = site.backup(BackupType.FULL);
    assertThat(table(result).size()).isEqualTo(4 * PAGE);
    assertThat(manifest(result).files().find("pg_data/global/other").orElseThrow().size())
        .isEqualTo(150);
    assertThat(Sha1.of(readAll(site.restore(result.entry().label()).resolve(TABLE))))
        .isEqualTo(table(result).checksum());
    // The next backup has the rest.
    cluster.afterScan = () -> {};
    Backup.Result next = site.backup(BackupType.INCR);
    assertThat(table(next).size()).isEqualTo(5 * PAGE);
    assertThat(BackupSite.relations(site.restore(next.entry().label())))
        .isEqualTo(BackupSite.relations(cluster.data));
  }

  private static byte[] readAll(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void danger02_relationsThatShrinkAreStoredAsTheyAre() {
    cluster.write("base/1/3000", HandmadeCluster.pages(3, 3));
    cluster.write("base/1/3001", HandmadeCluster.pages(1, 3));
    site.bundled(1 << 20, PAGE);
    cluster.afterScan =
        () -> {
          truncate(cluster.data.resolve(TABLE), PAGE);
          truncate(cluster.data.resolve("base/1/3000"), 0);
          truncate(cluster.data.resolve("base/1/3001"), 0);
        };
    Backup.Result result = site.backup(BackupType.FULL);
    assertThat(table(result).size()).isEqualTo(PAGE);
    assertThat(BackupSite.relations(site.restore(result.entry().label())))
        .isEqualTo(BackupSite.relations(cluster.data));
  }

  @Test
  void danger03_copyingBeginsInTheDatabasesNextSecond() {
    Backup.Result result = site.backup(BackupType.FULL);
    long copyStart = manifest(result).data().timestampCopyStart();
    // The server's clock stands at the first second in which anything may be copied.
    assertThat(site.time.instant().getEpochSecond()).isEqualTo(copyStart);
  }

  @Test
  void danger03_aChangeOfContentAloneIsFoundWhenTimesCannotBeTrusted() {
    site.backup(BackupType.FULL);
    Instant before = lastModified(TABLE);
    cluster.write(TABLE, HandmadeCluster.pages(4, 9));
    assertThat(cluster.data.resolve(TABLE).toFile().setLastModified(before.toEpochMilli()))
        .isTrue();
    // A file of the future says that the clock was wrong.
    cluster.write("base/1/4000", HandmadeCluster.pages(1, 1), Duration.ofDays(-1));
    Backup.Result result = site.backup(BackupType.INCR);
    assertThat(warnings()).anyMatch(line -> line.contains("in the future"));
    assertThat(table(result).reference()).isNull();
    assertThat(manifest(result).options().delta()).isTrue();
    assertThat(BackupSite.relations(site.restore(result.entry().label())))
        .isEqualTo(BackupSite.relations(cluster.data));
  }

  private Instant lastModified(String name) {
    try {
      return Files.getLastModifiedTime(cluster.data.resolve(name)).toInstant();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void danger03_anotherTimelineMakesContentCount() {
    site.backup(BackupType.FULL);
    Instant before = lastModified(TABLE);
    cluster.write(TABLE, HandmadeCluster.pages(4, 9));
    assertThat(cluster.data.resolve(TABLE).toFile().setLastModified(before.toEpochMilli()))
        .isTrue();
    cluster.startSegment = WalSegment.parse("000000020000000000000005");
    cluster.stopSegment = WalSegment.parse("000000020000000000000006");
    Backup.Result result = site.backup(BackupType.DIFF);
    assertThat(warnings()).anyMatch(line -> line.contains("timeline switch"));
    assertThat(table(result).reference()).isNull();
  }

  @Test
  void danger04_theControlFileIsStoredWholeThoughItIsBeingWritten() throws Exception {
    Path control = cluster.data.resolve("global/pg_control");
    byte[] whole = Files.readAllBytes(control);
    byte[] torn = whole.clone();
    torn[40]++;
    Thread[] repair = new Thread[1];
    cluster.afterScan =
        () -> {
          cluster.write("global/pg_control", torn);
          repair[0] = Thread.ofPlatform().start(() -> cluster.write("global/pg_control", whole));
        };
    Backup.Result result = site.backup(BackupType.FULL);
    repair[0].join();
    assertThat(manifest(result).files().find(SourceFiles.CONTROL).orElseThrow().checksum())
        .isEqualTo(Sha1.of(whole));
  }

  @Test
  void danger04_aControlFileThatStaysTornOrIsGoneFailsTheBackup() {
    byte[] torn = HandmadeCluster.control(1);
    torn[40]++;
    cluster.afterScan = () -> cluster.write("global/pg_control", torn);
    assertCode(ErrorCode.CHECKSUM, () -> site.backup(BackupType.FULL));
    cluster.write("global/pg_control", HandmadeCluster.control(7_000_000_000_000_000_001L));
    cluster.afterScan = () -> cluster.delete("global/pg_control");
    assertThatThrownBy(() -> site.backup(BackupType.FULL)).hasMessageContaining("pg_control");
    assertThat(site.info().backups()).isEmpty();
  }

  @Test
  void danger05_theLabelIsTheOneOfTheStopCall() {
    cluster.write("backup_label.old", new byte[10]);
    cluster.write("backup_label", "an old one".getBytes(StandardCharsets.UTF_8));
    cluster.stopFiles =
        Map.of("backup_label", "of the stop call\n", "tablespace_map", "16400 /tbs\n");
    Backup.Result result = site.backup(BackupType.FULL);
    assertThat(manifest(result).files().find("pg_data/backup_label").orElseThrow().checksum())
        .isEqualTo(Sha1.of("of the stop call\n".getBytes(StandardCharsets.UTF_8)));
    assertThat(manifest(result).files().find("pg_data/tablespace_map").orElseThrow().size())
        .isEqualTo(11);
    assertThat(names(result)).doesNotContain("pg_data/backup_label.old");
    assertThat(site.restore(result.entry().label()).resolve("backup_label"))
        .hasContent("of the stop call\n");
  }

  @Test
  void danger06_whatAServerMakesAnewIsLeftOut() throws IOException {
    List<String> left =
        List.of(
            "base/1/t3_1000",
            "base/1/pg_internal.init",
            "base/1/5000",
            "base/1/5000_fsm",
            "postmaster.pid",
            "postmaster.opts",
            "backup_manifest",
            "standby.signal",
            "pg_notify/0000",
            "pg_replslot/slot",
            "pg_stat_tmp/x",
            "pgsql_tmp_file",
            "excluded/file");
    for (String name : left) {
      Files.createDirectories(cluster.data.resolve(name).getParent());
      cluster.write(name, new byte[100]);
    }
    cluster.write("base/1/5000_init", new byte[PAGE]);
    site.exclude = List.of("excluded/");
    Backup.Result result = site.backup(BackupType.FULL);
    assertThat(names(result))
        .containsExactlyInAnyOrder(
            "pg_data/PG_VERSION",
            "pg_data/backup_label",
            "pg_data/base/1/2000",
            "pg_data/base/1/5000_init",
            "pg_data/base/1/PG_VERSION",
            "pg_data/global/pg_control");
    assertThat(site.restore(result.entry().label()).resolve("pg_notify")).isEmptyDirectory();
  }

  @Test
  void danger07_linksThatNobodyCouldRestoreAreRefused() throws IOException {
    Path into = cluster.data.resolve("inside");
    Files.createSymbolicLink(into, cluster.data.resolve("base"));
    assertCode(ErrorCode.LINK_DESTINATION, () -> site.backup(BackupType.FULL));
    Files.delete(into);
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), elsewhere);
    Path twice = Files.createSymbolicLink(cluster.data.resolve("twice"), link);
    assertThatThrownBy(() -> site.backup(BackupType.FULL)).hasMessageContaining("link");
    Files.delete(twice);
    Files.createDirectory(cluster.data.resolve("pg_tblspc/16400"));
    assertThatThrownBy(() -> site.backup(BackupType.FULL)).hasMessageContaining("pg_tblspc");
  }

  @Test
  void danger08_aBackupIsInTheCatalogOnlyOnceItIsWhole() {
    cluster.atStop =
        () -> {
          assertThat(site.info().backups()).isEmpty();
          assertThat(directories()).hasSize(1);
          BackupLabel label = new BackupLabel(directories().getFirst());
          assertThat(site.backupPath(label).resolve("backup.manifest.copy")).exists();
          assertThat(site.backupPath(label).resolve("backup.manifest")).doesNotExist();
          throw new HoldfastException(ErrorCode.DB_QUERY, "the server is gone");
        };
    assertCode(ErrorCode.DB_QUERY, () -> site.backup(BackupType.FULL));
    assertThat(site.info().backups()).isEmpty();
    cluster.atStop = () -> {};
    Backup.Result result = site.backup(BackupType.FULL);
    assertThat(site.backupPath(result.entry().label()).resolve("backup.manifest")).exists();
    assertThat(site.repositoryPath.resolve("backup/main/backup.history")).isNotEmptyDirectory();
    assertThat(site.info().backups()).hasSize(1);
  }

  private List<String> directories() {
    return site.repository.storage().list("backup/main").stream()
        .map(entry -> entry.name())
        .filter(BackupLabel::isLabel)
        .toList();
  }

  @Test
  void danger09_nothingIsCopiedWhenWalDoesNotArriveAndNothingIsCompleteWithoutAllOfIt()
      throws IOException {
    site.archive = new BackupRequest.ArchiveOptions(true, false, Duration.ofMillis(200));
    cluster.segmentToCheck = Optional.of(WalSegment.parse("000000010000000000000002"));
    assertCode(ErrorCode.ARCHIVE_TIMEOUT, () -> site.backup(BackupType.FULL));
    assertThat(directories()).isEmpty();
    archived("000000010000000000000002");
    archived("000000010000000000000004");
    assertThatThrownBy(() -> site.backup(BackupType.FULL))
        .hasMessageContaining("000000010000000000000003");
    assertThat(site.info().backups()).isEmpty();
    archived("000000010000000000000003");
    assertThat(site.backup(BackupType.FULL).entry().archiveStop())
        .isEqualTo(WalSegment.parse("000000010000000000000004"));
  }

  private void archived(String segment) throws IOException {
    Path path = site.repositoryPath.resolve("archive/main/15-1/" + segment.substring(0, 16));
    Files.createDirectories(path);
    Files.write(path.resolve(segment + "-" + "0".repeat(40)), new byte[16]);
  }

  @Test
  void danger11_anotherClusterIsRefused() {
    cluster.write("global/pg_control", HandmadeCluster.control(8_000_000_000_000_000_001L));
    assertCode(ErrorCode.BACKUP_MISMATCH, () -> site.backup(BackupType.FULL));
    assertThat(directories()).isEmpty();
  }

  @Test
  void danger15_aClockThatWasSetBackMakesNoOlderLabel() {
    Backup.Result first = site.backup(BackupType.FULL);
    site.time.setClock(site.time.instant().minus(Duration.ofHours(1)));
    assertCode(ErrorCode.CLOCK, () -> site.backup(BackupType.FULL));
    assertCode(ErrorCode.CLOCK, () -> site.backup(site.request(BackupType.FULL)));
    assertThat(directories()).containsExactly(first.entry().label().text());
  }

  @Test
  void danger16_aFullBackupGoesOnWhereItStoppedAndTakesNothingThatIsDamaged() throws IOException {
    cluster.write("base/1/3000", HandmadeCluster.pages(2, 3));
    cluster.write("base/1/3001", HandmadeCluster.pages(2, 4));
    cluster.write("base/1/3002", HandmadeCluster.pages(2, 5));
    failAtPing();
    BackupLabel label = new BackupLabel(directories().getFirst());
    Path stored = site.backupPath(label).resolve(TABLE_NAME + ".lz4");
    Instant storedAt = Files.getLastModifiedTime(stored).toInstant();
    Path damaged = site.backupPath(label).resolve("pg_data/base/1/3000.lz4");
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[bytes.length / 2]++;
    Files.write(damaged, bytes);
    cluster.write("base/1/3001", HandmadeCluster.pages(2, 6), Duration.ofMinutes(1));
    cluster.delete("base/1/3002");
    Backup.Result result = site.backup(BackupType.FULL);
    assertThat(result.entry().label()).isEqualTo(label);
    assertThat(warnings()).anyMatch(line -> line.contains("resume"));
    assertThat(Files.getLastModifiedTime(stored).toInstant()).isEqualTo(storedAt);
    assertThat(BackupSite.relations(site.restore(label)))
        .isEqualTo(BackupSite.relations(cluster.data));
    assertThat(site.backupPath(label).resolve("pg_data/base/1/3002.lz4")).doesNotExist();
  }

  /** Ends as a signal would, after everything but the last file is stored and said to be. */
  private void failAtPing() {
    site.workers = 1;
    site.saveThreshold = 1;
    site.onProgress = this::awaitManifestAtTheEnd;
    cluster.atPing =
        () -> {
          throw new HoldfastException(ErrorCode.TERM, "terminated on signal");
        };
    assertCode(ErrorCode.TERM, () -> site.backup(BackupType.FULL));
    cluster.atPing = () -> {};
    site.onProgress = progress -> {};
  }

  private void awaitManifestAtTheEnd(Reporter.Progress progress) {
    if (progress.doneBytes() < progress.totalBytes()) {
      return;
    }
    Path copy =
        site.backupPath(new BackupLabel(directories().getFirst())).resolve("backup.manifest.copy");
    byte[] before = readAll(copy);
    Deadline deadline = Deadline.in(Duration.ofSeconds(30));
    while (Arrays.equals(before, readAll(copy))) {
      assertThat(deadline.pause()).isTrue();
    }
  }

  @Test
  void danger16_differentialAndIncrementalBackupsAreMadeAnew() {
    Backup.Result full = site.backup(BackupType.FULL);
    cluster.write(TABLE, HandmadeCluster.pages(5, 1), Duration.ofMinutes(1));
    cluster.atPing =
        () -> {
          throw new HoldfastException(ErrorCode.TERM, "terminated on signal");
        };
    assertCode(ErrorCode.TERM, () -> site.backup(BackupType.INCR));
    assertThat(directories()).hasSize(2);
    cluster.atPing = () -> {};
    Backup.Result result = site.backup(BackupType.INCR);
    assertThat(directories())
        .containsExactlyInAnyOrder(full.entry().label().text(), result.entry().label().text());
    assertThat(warnings()).anyMatch(line -> line.contains("cannot be resumed"));
  }

  @Test
  void danger17_onlyRelationsAndTransactionStatesComeFromTheStandby() throws IOException {
    Path standby = Files.createDirectories(directory.resolve("standby"));
    for (String name : List.of("base/1", "global", "pg_xact")) {
      Files.createDirectories(standby.resolve(name));
    }
    Files.createDirectories(cluster.data.resolve("pg_xact"));
    cluster.write("pg_xact/0000", new byte[8192]);
    cluster.write("global/1260", HandmadeCluster.pages(1, 5));
    byte[] replayed = HandmadeCluster.pages(6, 7);
    Files.write(standby.resolve(TABLE), replayed);
    Files.write(standby.resolve("base/1/PG_VERSION"), "15\n".getBytes(StandardCharsets.UTF_8));
    byte[] states = new byte[8192];
    states[1] = 1;
    Files.write(standby.resolve("pg_xact/0000"), states);
    Files.write(standby.resolve("global/1260"), new byte[10]);
    Files.write(standby.resolve("global/pg_control"), new byte[10]);
    site.standby = Optional.of(standby);
    Backup.Result result = site.backup(BackupType.FULL);
    // The primary's size: what the standby has behind it will be replayed.
    assertThat(table(result).checksum()).isEqualTo(Sha1.of(Arrays.copyOf(replayed, 4 * PAGE)));
    assertThat(manifest(result).files().find("pg_data/pg_xact/0000").orElseThrow().checksum())
        .isEqualTo(Sha1.of(states));
    assertThat(manifest(result).files().find("pg_data/global/1260").orElseThrow().size())
        .isEqualTo(PAGE);
    assertThat(manifest(result).options().backupStandby()).isTrue();
  }
}
