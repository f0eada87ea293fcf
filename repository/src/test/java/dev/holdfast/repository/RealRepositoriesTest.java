package dev.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.codec.digest.HashingInputStream;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.repository.archive.ArchivePath;
import dev.holdfast.repository.info.ArchiveInfo;
import dev.holdfast.repository.info.BackupEntry;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.info.InfoStore;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.repository.manifest.ManifestFiles;
import dev.holdfast.repository.manifest.ManifestStore;
import dev.holdfast.storage.memory.MemoryStorage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the installed pgBackRest wrote is read, and written again to the byte. */
class RealRepositoriesTest {
  private static final String WAL = "000000010000000000000001";

  static List<String> kinds() {
    return RealRepositories.kinds();
  }

  private static byte[] text(Repository repository, String path, Optional<CipherPass> pass)
      throws IOException {
    try (InputStream stream =
        FileEncoding.encrypted(pass).decode(repository.storage().read(path))) {
      return stream.readAllBytes();
    }
  }

  private static String shown(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void writesInfoFilesAgainToTheByte(String kind) throws IOException {
    Repository theirs = RealRepositories.get().repository(kind);
    Repository ours = new Repository(1, new MemoryStorage(), theirs.pass());
    ArchiveInfo archive = theirs.infos(RealRepositories.STANZA).archiveInfo();
    BackupInfo backup = theirs.infos(RealRepositories.STANZA).backupInfo();
    ours.infos(RealRepositories.STANZA).save(archive);
    ours.infos(RealRepositories.STANZA).save(backup);
    for (String path :
        List.of(
            RepositoryLayout.archiveInfo(RealRepositories.STANZA),
            RepositoryLayout.backupInfo(RealRepositories.STANZA))) {
      for (String copy : List.of("", RepositoryLayout.COPY_EXTENSION)) {
        assertThat(shown(text(ours, path + copy, ours.pass())))
            .isEqualTo(shown(text(theirs, path + copy, theirs.pass())));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void writesManifestsAgainToTheByte(String kind) throws IOException {
    Repository theirs = RealRepositories.get().repository(kind);
    BackupInfo info = theirs.infos(RealRepositories.STANZA).backupInfo();
    assertThat(info.backups()).hasSizeGreaterThanOrEqualTo(2);
    for (BackupEntry backup : info.backups()) {
      String path = RepositoryLayout.manifest(RealRepositories.STANZA, backup.label());
      byte[] original = text(theirs, path, info.manifestPass());
      ByteArrayOutputStream again = new ByteArrayOutputStream();
      ManifestStore.write(ManifestStore.read(new ByteArrayInputStream(original)), again);
      assertThat(shown(again.toByteArray())).isEqualTo(shown(original));
      Manifest history =
          theirs.manifests(RealRepositories.STANZA, info).loadHistory(backup.label());
      assertThat(history.data().label()).isEqualTo(backup.label());
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void sumsUpAManifestAsBackupInfoHasIt(String kind) {
    Repository theirs = RealRepositories.get().repository(kind);
    BackupInfo info = theirs.infos(RealRepositories.STANZA).backupInfo();
    for (BackupEntry backup : info.backups()) {
      Manifest manifest = theirs.manifests(RealRepositories.STANZA, info).load(backup.label());
      assertThat(BackupEntry.of(manifest)).isEqualTo(backup);
      manifest.validate(true);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void readsEveryFileOfEveryBackup(String kind) throws IOException {
    Repository theirs = RealRepositories.get().repository(kind);
    BackupInfo info = theirs.infos(RealRepositories.STANZA).backupInfo();
    int referenced = 0;
    int blocks = 0;
    for (BackupEntry backup : info.backups()) {
      Manifest manifest = theirs.manifests(RealRepositories.STANZA, info).load(backup.label());
      assertThat(manifest.files().size()).isGreaterThan(900);
      for (ManifestFile file : manifest.files()) {
        referenced += file.reference() != null ? 1 : 0;
        if (file.hasBlockMap()) {
          blocks++;
        } else {
          try (HashingInputStream content =
              new HashingInputStream(theirs.openFile(RealRepositories.STANZA, manifest, file))) {
            content.transferTo(OutputStream.nullOutputStream());
            assertThat(content.count()).as(file.name()).isEqualTo(file.size());
            assertThat(content.hash()).as(file.name()).isEqualTo(file.checksum());
          }
        }
        if (file.repoChecksum() != null) {
          try (HashingInputStream stored =
              new HashingInputStream(theirs.openStored(RealRepositories.STANZA, manifest, file))) {
            stored.transferTo(OutputStream.nullOutputStream());
            assertThat(stored.hash()).as(file.name()).isEqualTo(file.repoChecksum());
          }
        }
      }
    }
    assertThat(referenced).isPositive();
    assertThat(blocks > 0).isEqualTo(kind.endsWith("block"));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void readsTheArchivedSegment(String kind) throws IOException {
    RealRepositories real = RealRepositories.get();
    Repository theirs = real.repository(kind);
    ArchiveInfo info = theirs.infos(RealRepositories.STANZA).archiveInfo();
    assertThat(theirs.archive(RealRepositories.STANZA).archiveIds())
        .containsExactly(info.currentArchiveId());
    ArchivePath path =
        theirs
            .archive(RealRepositories.STANZA)
            .find(info.currentArchiveId(), WalSegment.parse(WAL))
            .orElseThrow();
    try (HashingInputStream wal =
        new HashingInputStream(theirs.openWal(RealRepositories.STANZA, info, path))) {
      wal.transferTo(OutputStream.nullOutputStream());
      assertThat(wal.count()).isEqualTo(16 << 20);
      assertThat(wal.hash()).isEqualTo(path.hash());
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void knowsWhatTheRealOnesContain(String kind) {
    Repository theirs = RealRepositories.get().repository(kind);
    BackupInfo info = theirs.infos(RealRepositories.STANZA).backupInfo();
    BackupEntry full = info.backups().getFirst();
    assertThat(full.annotations()).containsEntry("first", "one \"two\"");
    Manifest manifest =
        theirs.manifests(RealRepositories.STANZA, info).load(info.backups().get(1).label());
    ManifestFiles files = manifest.files();
    assertThat(manifest.link("pg_data/pg_wal")).isPresent();
    assertThat(manifest.target("pg_data/pg_hba.conf").orElseThrow().file())
        .isEqualTo("pg_hba.conf");
    assertThat(files.find("pg_data/name=with=\"equals\"")).isPresent();
    ManifestFile umlaut = files.find("pg_data/umlaut-ä/ö").orElseThrow();
    assertThat(umlaut.mode()).isEqualTo(0644);
    assertThat(umlaut.reference()).isEqualTo(full.label());
    assertThat(files.find("pg_data/empty").orElseThrow().checksum()).isEqualTo(Sha1Hash.EMPTY);
    Manifest latest =
        theirs.manifests(RealRepositories.STANZA, info).load(info.latest().orElseThrow().label());
    if (latest.options().online()) {
      assertThat(latest.database("odd=name \"quoted\" {}")).isPresent();
      assertThat(latest.targets()).anyMatch(target -> "space one".equals(target.tablespaceName()));
      assertThat(latest.data().lsnStop()).isNotNull();
      assertThat(latest.files().find("pg_data/base/4/1259").orElseThrow().checksumPageErrors())
          .isEqualTo("[1]");
      assertThat(info.latest().orElseThrow().error()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gz-hardlink", "encrypted-bz2-bundle"})
  void pgBackRestVerifiesAndRestoresWhatWasRewritten(String kind) throws IOException {
    RealRepositories real = RealRepositories.get();
    String copy = "rewritten-" + kind;
    Repository ours = real.copy(kind, copy);
    InfoStore infos = ours.infos(RealRepositories.STANZA);
    BackupInfo info = infos.backupInfo();
    ManifestStore manifests = ours.manifests(RealRepositories.STANZA, info);
    BackupInfo rewritten = info.withHistory(info.history());
    for (BackupEntry backup : info.backups()) {
      Manifest theirs = manifests.load(backup.label());
      Manifest manifest =
          new Manifest(
              RepositoryFormat.VERSION,
              theirs.cipherPass(),
              theirs.data(),
              theirs.cluster(),
              theirs.options(),
              theirs.targets(),
              theirs.paths(),
              theirs.links(),
              theirs.databases(),
              theirs.files());
      manifests.save(manifest);
      rewritten = rewritten.with(BackupEntry.of(manifest));
    }
    infos.save(rewritten);
    infos.save(infos.archiveInfo().withHistory(infos.archiveInfo().history()));
    manifests.linkLatest(info.latest().orElseThrow().label());

    Path restored = real.restoreDirectory(copy);
    assertThat(real.pgbackrest(copy, "info")).contains("status: ok");
    assertThat(real.pgbackrest(copy, "--output=json", "info"))
        .contains("\"version\":\"" + RepositoryFormat.VERSION + "\"");
    assertThat(real.pgbackrest(copy, "verify")).doesNotContain("ERROR", "invalid");
    real.pgbackrest(
        copy,
        "--pg1-path=" + restored,
        "--set=" + info.backups().get(1).label(),
        "--type=none",
        "restore");
    assertThat(restored.resolve("global/pg_control")).exists();
    assertThat(Files.readString(restored.resolve("umlaut-ä/ö"))).isEqualTo("b\n");
  }
}
