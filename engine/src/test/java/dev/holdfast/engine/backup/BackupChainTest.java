package dev.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.codec.block.BlockSizing;
import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.catalog.UnfinishedBackups;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Chains of backups of a data directory that changes between them; each is restored. */
class BackupChainTest {
  private static final int PAGE = HandmadeCluster.PAGE;

  @TempDir private Path directory;

  private static ManifestFile file(BackupSite site, Backup.Result result, String name) {
    return site.manifest(result.entry().label()).files().find("pg_data/" + name).orElseThrow();
  }

  private static void assertRestores(BackupSite site, Backup.Result result) {
    assertThat(BackupSite.relations(site.restore(result.entry().label())))
        .isEqualTo(BackupSite.relations(site.data));
  }

  private static byte[] changed(byte[] pages, int... which) {
    byte[] bytes = pages.clone();
    for (int page : which) {
      bytes[page * PAGE + 100]++;
      HandmadeCluster.seal(bytes, page);
    }
    return bytes;
  }

  @ParameterizedTest
  @CsvSource({"NONE,false", "ZST,true", "GZ,false", "LZ4,true", "BZ2,true"})
  void blocksThatChangedAreStoredAlone(CompressionType compression, boolean encrypted) {
    BackupSite site = new BackupSite(directory, encrypted).bundled(1 << 20, 5 * PAGE);
    site.compression = compression;
    site.blocks =
        Optional.of(new StoringOptions.Blocks(BlockSizing.defaults(), 4 * PAGE, 2 * PAGE));
    byte[] big = HandmadeCluster.pages(20, 1);
    byte[] small = HandmadeCluster.pages(4, 2);
    for (String name : List.of("base/1/10", "base/1/11", "base/1/12", "base/1/13")) {
      site.cluster.write(name, big);
    }
    site.cluster.write("base/1/20", small);
    site.cluster.write("base/1/21", small);
    site.cluster.write("base/1/22", new byte[0]);
    Map<Backup.Result, Map<String, Integer>> made = new LinkedHashMap<>();
    Backup.Result full = site.backup(BackupType.FULL);
    made.put(full, BackupSite.relations(site.data));
    assertThat(file(site, full, "base/1/10").blockSize()).isEqualTo(PAGE);

    site.cluster.write("base/1/10", changed(big, 3, 17), Duration.ofMinutes(30));
    site.cluster.write("base/1/11", Arrays.copyOf(big, 25 * PAGE), Duration.ofMinutes(30));
    site.cluster.write("base/1/12", Arrays.copyOf(big, 7 * PAGE), Duration.ofMinutes(30));
    site.cluster.write("base/1/20", changed(small, 1), Duration.ofMinutes(30));
    site.cluster.write("base/1/22", small, Duration.ofMinutes(30));
    Backup.Result diff = site.backup(BackupType.DIFF);
    made.put(diff, BackupSite.relations(site.data));
    // Its time changed, and nothing else.
    assertThat(file(site, diff, "base/1/10").repoSize())
        .isLessThan(file(site, full, "base/1/10").repoSize() / 2);
    assertThat(file(site, diff, "base/1/13").reference()).isEqualTo(full.entry().label());

    site.cluster.write("base/1/10", changed(big, 3, 4, 18), Duration.ofMinutes(20));
    site.cluster.write("base/1/11", Arrays.copyOf(big, 100), Duration.ofMinutes(20));
    site.cluster.write("base/1/12", Arrays.copyOf(big, 30 * PAGE), Duration.ofMinutes(20));
    site.cluster.write("base/1/13", big, Duration.ofMinutes(20));
    site.cluster.write("base/1/20", new byte[0], Duration.ofMinutes(20));
    site.cluster.delete("base/1/21");
    Backup.Result incr = site.backup(BackupType.INCR);
    made.put(incr, BackupSite.relations(site.data));
    assertThat(file(site, incr, "base/1/13").reference()).isEqualTo(full.entry().label());
    assertThat(site.manifest(incr.entry().label()).data().references())
        .containsExactly(full.entry().label(), diff.entry().label(), incr.entry().label());

    // From here on without blocks: what is unchanged stays blocks, what changed is whole.
    site.blocks = Optional.empty();
    site.cluster.write("base/1/12", changed(big, 1), Duration.ofMinutes(10));
    Backup.Result last = site.backup(BackupType.INCR);
    made.put(last, BackupSite.relations(site.data));
    assertThat(file(site, last, "base/1/12").hasBlockMap()).isFalse();
    assertThat(file(site, last, "base/1/10").hasBlockMap()).isTrue();

    made.forEach((result, relations) ->
        assertThat(BackupSite.relations(site.restore(result.entry().label())))
            .as(result.entry().label().text())
            .isEqualTo(relations));
  }

  @ParameterizedTest
  @EnumSource
  void unchangedFilesBelongToTheBackupThatStoredThem(CompressionType compression) {
    BackupSite site = new BackupSite(directory, true);
    site.compression = compression;
    site.cluster.write("base/1/10", HandmadeCluster.pages(3, 1));
    site.cluster.write("base/1/11", HandmadeCluster.pages(3, 2));
    site.cluster.write("base/1/12", HandmadeCluster.pages(3, 3));
    site.annotations = Map.of("why", "before the upgrade");
    Backup.Result full = site.backup(BackupType.FULL);
    assertThat(full.entry().annotations()).containsEntry("why", "before the upgrade");
    site.annotations = Map.of();
    site.cluster.write("base/1/11", HandmadeCluster.pages(3, 4), Duration.ofMinutes(30));
    Backup.Result diff = site.backup(BackupType.DIFF);
    Backup.Result incr = site.backup(BackupType.INCR);
    assertThat(incr.entry().prior()).isEqualTo(diff.entry().label());
    assertThat(file(site, incr, "base/1/10").reference()).isEqualTo(full.entry().label());
    assertThat(file(site, incr, "base/1/11").reference()).isEqualTo(diff.entry().label());
    assertThat(site.manifest(full.entry().label()).cipherPass())
        .isEqualTo(site.manifest(incr.entry().label()).cipherPass());
    assertRestores(site, incr);
    Backup.Result again = site.backup(BackupType.FULL);
    assertThat(site.manifest(again.entry().label()).cipherPass())
        .isNotEqualTo(site.manifest(full.entry().label()).cipherPass());
  }

  @Test
  void aFileWithAnotherTimeAndTheSameContentIsNotStoredAgain() {
    BackupSite site = new BackupSite(directory, false);
    byte[] content = HandmadeCluster.pages(3, 1);
    site.cluster.write("base/1/10", content);
    Backup.Result full = site.backup(BackupType.FULL);
    site.cluster.write("base/1/10", content, Duration.ofMinutes(5));
    Backup.Result incr = site.backup(BackupType.INCR);
    assertThat(file(site, incr, "base/1/10").reference()).isEqualTo(full.entry().label());
    assertThat(site.backupPath(incr.entry().label()).resolve("pg_data/base/1/10.lz4"))
        .doesNotExist();
  }

  @Test
  void hardLinksShowEveryFileInEveryBackup() throws IOException {
    BackupSite site = new BackupSite(directory, false);
    site.hardlink = true;
    site.cluster.write("base/1/10", HandmadeCluster.pages(3, 1));
    Backup.Result full = site.backup(BackupType.FULL);
    Backup.Result incr = site.backup(BackupType.INCR);
    Path stored = site.backupPath(full.entry().label()).resolve("pg_data/base/1/10.lz4");
    Path linked = site.backupPath(incr.entry().label()).resolve("pg_data/base/1/10.lz4");
    assertThat(Files.isSameFile(stored, linked)).isTrue();
    assertRestores(site, incr);
  }

  @Test
  void whatCannotChangeWithinASetStaysAsItWas() {
    BackupSite site = new BackupSite(directory, false);
    site.cluster.write("base/1/10", HandmadeCluster.pages(3, 1));
    site.backup(BackupType.FULL);
    site.compression = CompressionType.GZ;
    site.hardlink = true;
    site.checksumPage = Optional.of(true);
    site.cluster.write("base/1/10", HandmadeCluster.pages(3, 2), Duration.ofMinutes(5));
    Backup.Result incr = site.backup(BackupType.INCR);
    Manifest manifest = site.manifest(incr.entry().label());
    assertThat(manifest.options().compression()).isEqualTo(CompressionType.LZ4);
    assertThat(manifest.options().hardlink()).isFalse();
    assertThat(manifest.options().checksumPage()).isFalse();
    assertThat(site.reporter.messages(Reporter.Level.WARN))
        .anyMatch(line -> line.contains("compress-type"))
        .anyMatch(line -> line.contains("hardlink"))
        .anyMatch(line -> line.contains("checksum-page"));
    assertRestores(site, incr);
  }

  @Test
  void walGoesIntoTheBackupWhenAsked() throws IOException {
    BackupSite site = new BackupSite(directory, false);
    site.archive = new BackupRequest.ArchiveOptions(true, true, Duration.ofSeconds(1));
    Path archive = site.repositoryPath.resolve("archive/main/15-1/0000000100000000");
    Files.createDirectories(archive);
    for (String segment : List.of("000000010000000000000003", "000000010000000000000004")) {
      Files.writeString(archive.resolve(segment + "-" + "0".repeat(40)), "wal of " + segment);
    }
    Backup.Result result = site.backup(BackupType.FULL);
    assertThat(site.manifest(result.entry().label()).options().archiveCopy()).isTrue();
    Path wal = site.restore(result.entry().label()).resolve("pg_wal");
    assertThat(wal.resolve("000000010000000000000003"))
        .hasContent("wal of 000000010000000000000003");
    assertThat(wal.resolve("000000010000000000000004"))
        .hasContent("wal of 000000010000000000000004");
    // The next one does not take them for files of the data directory.
    assertThat(site.manifest(site.backup(BackupType.INCR).entry().label()).files().references())
        .containsExactly(result.entry().label());
  }

  @Test
  void withoutAPriorBackupItBecomesAFullOne() {
    BackupSite site = new BackupSite(directory, false);
    Backup.Result result = site.backup(BackupType.INCR);
    assertThat(result.entry().type()).isEqualTo(BackupType.FULL);
    assertThat(site.reporter.messages(Reporter.Level.WARN))
        .contains("no prior backup exists, incr backup has been changed to full");
  }

  @Test
  void aPriorFileThatIsGoneFromTheRepositoryIsAnErrorAndNoVanishedFile() throws IOException {
    BackupSite site = new BackupSite(directory, false).bundled(1 << 20, PAGE);
    site.blocks =
        Optional.of(new StoringOptions.Blocks(BlockSizing.defaults(), 4 * PAGE, 2 * PAGE));
    byte[] big = HandmadeCluster.pages(20, 1);
    site.cluster.write("base/1/10", big);
    Backup.Result full = site.backup(BackupType.FULL);
    Files.delete(site.backupPath(full.entry().label()).resolve("pg_data/base/1/10.pgbi"));
    site.cluster.write("base/1/10", changed(big, 2), Duration.ofMinutes(5));
    assertThatThrownBy(() -> site.backup(BackupType.INCR)).hasMessageContaining("10.pgbi");
    assertThat(site.info().backups()).hasSize(1);
  }

  @Test
  void anUnfinishedBackupOfAnotherHostIsLeftAloneWhileItIsYoung() throws IOException {
    BackupSite site = new BackupSite(directory, false);
    BackupLabel foreign = new BackupLabel("20200101-000000F");
    Path path = Files.createDirectories(site.backupPath(foreign).resolve("pg_data"));
    Path young = Files.writeString(path.resolve("PG_VERSION"), "15");
    Files.writeString(
        site.backupPath(foreign).resolve("backup.holdfast"), "another-host\nand its backup\n");
    site.backup(BackupType.FULL);
    assertThat(young).exists();
    assertThat(site.reporter.messages(Reporter.Level.WARN))
        .anyMatch(line -> line.contains("may be running on another host"));
    UnfinishedBackups unfinished =
        new UnfinishedBackups(site.repository.storage(), BackupSite.STANZA, site.clock());
    assertThat(unfinished.mayBeRunningElsewhere(foreign)).isTrue();
    site.time.advance(Duration.ofMinutes(16));
    assertThat(unfinished.mayBeRunningElsewhere(foreign)).isFalse();
    site.backup(BackupType.FULL);
    assertThat(site.backupPath(foreign)).doesNotExist();
  }

  @Test
  void ourOwnUnfinishedBackupIsRemovedAtOnceWhenItCannotBeResumed() {
    BackupSite site = new BackupSite(directory, false);
    site.cluster.atPing =
        () -> {
          throw new HoldfastException(ErrorCode.TERM, "terminated on signal");
        };
    assertThatThrownBy(() -> site.backup(BackupType.FULL)).hasMessageContaining("signal");
    site.cluster.atPing = () -> {};
    site.resume = false;
    Backup.Result result = site.backup(BackupType.FULL);
    assertThat(
            site.repository.storage().list("backup/main").stream()
                .filter(entry -> entry.isPath() && BackupLabel.isLabel(entry.name())))
        .singleElement()
        .satisfies(entry -> assertThat(entry.name()).isEqualTo(result.entry().label().text()));
  }
}
