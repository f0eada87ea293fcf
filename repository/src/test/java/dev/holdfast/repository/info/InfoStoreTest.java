package dev.holdfast.repository.info;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.manifest.SampleManifests;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.memory.MemoryStorage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InfoStoreTest {
  private static final StanzaName STANZA = new StanzaName("demo");
  private static final Optional<CipherPass> PASS = Optional.of(new CipherPass("secret"));
  private static final Set<ErrorCode> DAMAGE =
      EnumSet.of(ErrorCode.CHECKSUM, ErrorCode.FORMAT, ErrorCode.CRYPTO);
  private static final SystemIdentifier SYSTEM = SystemIdentifier.parse("17000000000000000001");

  private final Storage storage = new MemoryStorage();

  private static ArchiveInfo archive(boolean encrypted) {
    return ArchiveInfo.create(SYSTEM, PgVersion.parse("9.6"), encrypted)
        .withCluster(SYSTEM, PgVersion.parse("15"));
  }

  private static BackupInfo backup(boolean encrypted) {
    return BackupInfo.create(SYSTEM, PgVersion.parse("15"), 202209061, 1300, encrypted)
        .with(BackupEntry.of(SampleManifests.manifest(SampleManifests.someFiles())));
  }

  private InfoStore store(Optional<CipherPass> pass) {
    return new InfoStore(storage, STANZA, pass);
  }

  private byte[] bytes(String path) {
    try (InputStream stream = storage.read(path)) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void put(String path, byte[] bytes) {
    try (StorageOutput output = storage.write(path)) {
      output.write(bytes, 0, bytes.length);
      output.commit();
    }
  }

  private void rewrite(UnaryOperator<String> change) {
    for (String path : archivePaths()) {
      String text = new String(bytes(path), StandardCharsets.UTF_8);
      put(path, change.apply(text).getBytes(StandardCharsets.UTF_8));
    }
  }

  private static List<String> archivePaths() {
    String path = RepositoryLayout.archiveInfo(STANZA);
    return List.of(path, path + RepositoryLayout.COPY_EXTENSION);
  }

  private static HoldfastException failure(Runnable load) {
    try {
      load.run();
    } catch (HoldfastException e) {
      return e;
    }
    throw new AssertionError("nothing was thrown");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void loadsWhatItSaved(boolean encrypted) {
    InfoStore store = store(encrypted ? PASS : Optional.empty());
    assertThat(store.hasArchiveInfo()).isFalse();
    store.save(archive(encrypted));
    store.save(backup(encrypted).withHistory(ClusterHistory.of(entry(7))));
    assertThat(store.hasArchiveInfo() && store.hasBackupInfo()).isTrue();
    ArchiveInfo archive = store.archiveInfo();
    assertThat(archive.history()).isEqualTo(archive(encrypted).history());
    assertThat(archive.walPass().isPresent()).isEqualTo(encrypted);
    BackupInfo backup = store.backupInfo();
    assertThat(backup.backups()).isEqualTo(backup(encrypted).backups());
    assertThat(backup.history().current()).isEqualTo(entry(7));
  }

  private static ClusterEntry entry(int id) {
    return new ClusterEntry(id, SYSTEM, PgVersion.parse("13"), 4294967295L, 1300);
  }

  @Test
  void writesExactlyWhatPgBackRestWould() {
    store(Optional.empty())
        .save(
            new ArchiveInfo(
                "2.45",
                Optional.empty(),
                ClusterHistory.of(
                    new ClusterEntry(
                        1, SystemIdentifier.parse("7324"), PgVersion.parse("15"), 0, 0))));
    assertThat(new String(bytes(RepositoryLayout.archiveInfo(STANZA)), StandardCharsets.UTF_8))
        .startsWith(
            """
            [backrest]
            backrest-format=5
            backrest-version="2.45"

            [db]
            db-id=1
            db-system-id=7324
            db-version="15"

            [db:history]
            1={"db-id":7324,"db-version":"15"}

            [backrest]
            backrest-checksum="\
            """);
  }

  @Test
  void readsTheCopyWhenTheMainFileIsMissingOrDamaged() {
    InfoStore store = store(PASS);
    store.save(archive(true));
    String main = RepositoryLayout.archiveInfo(STANZA);
    put(main, new byte[] {1, 2, 3});
    assertThat(store.archiveInfo().history()).isEqualTo(archive(true).history());
    put(main, new byte[0]);
    assertThat(store.archiveInfo().history()).isEqualTo(archive(true).history());
    storage.remove(main);
    assertThat(store.hasArchiveInfo()).isTrue();
    assertThat(store.archiveInfo().history()).isEqualTo(archive(true).history());
  }

  @Test
  void saysThatBothAreMissingAndWhatToDo() {
    HoldfastException archive = failure(() -> store(PASS).archiveInfo());
    assertThat(archive.code()).isEqualTo(ErrorCode.FILE_MISSING);
    assertThat(archive.getMessage()).contains("archive.info'", "archive.info.copy'");
    assertThat(archive.hints()).contains("has a stanza-create been performed?");
    assertThat(failure(() -> store(PASS).backupInfo()).code()).isEqualTo(ErrorCode.FILE_MISSING);
  }

  @Test
  void saysThatThePassphraseIsWrongWithoutShowingAny() {
    store(PASS).save(archive(true));
    // One wrong passphrase in 256 decrypts into valid padding: its text must not pass either.
    for (int i = 0; i < 600; i++) {
      Optional<CipherPass> wrong = Optional.of(new CipherPass("wrong-" + i));
      HoldfastException e = failure(() -> store(wrong).archiveInfo());
      assertThat(e.code()).as("%s", e).isEqualTo(ErrorCode.CRYPTO);
      assertThat(e.describe()).doesNotContain("wrong-", "secret").contains("is or was the repo");
    }
    assertThat(failure(() -> store(Optional.empty()).archiveInfo()).code())
        .isEqualTo(ErrorCode.CRYPTO);
  }

  @Test
  void saysThatAnUnencryptedRepositoryIsReadWithAPassphrase() {
    store(Optional.empty()).save(archive(false));
    assertThat(failure(() -> store(PASS).archiveInfo()).code()).isEqualTo(ErrorCode.CRYPTO);
  }

  @Test
  void refusesFormat6ByName() {
    store(Optional.empty()).save(archive(false));
    rewrite(text -> text.replace("backrest-format=5", "backrest-format=6"));
    HoldfastException plain = failure(() -> store(Optional.empty()).archiveInfo());
    assertThat(plain.code()).isEqualTo(ErrorCode.FORMAT);
    assertThat(plain.getMessage()).contains("expected format 5 but found 6");
    for (String path : archivePaths()) {
      put(path, "PGBR006_some more bytes".getBytes(StandardCharsets.US_ASCII));
    }
    for (Optional<CipherPass> pass : List.of(PASS, Optional.<CipherPass>empty())) {
      HoldfastException encrypted = failure(() -> store(pass).archiveInfo());
      assertThat(encrypted.code()).isEqualTo(ErrorCode.FORMAT);
      assertThat(encrypted.getMessage()).contains("5 but found 6");
    }
  }

  @Test
  void noticesAChangedValueByTheChecksum() {
    store(Optional.empty()).save(archive(false));
    rewrite(text -> text.replace("17000000000000000001", "17000000000000000002"));
    HoldfastException e = failure(() -> store(Optional.empty()).archiveInfo());
    assertThat(e.code()).isEqualTo(ErrorCode.CHECKSUM);
    assertThat(e.getMessage()).contains("invalid checksum, actual '");
    rewrite(text -> text.substring(0, text.lastIndexOf("backrest-checksum")));
    assertThat(failure(() -> store(Optional.empty()).archiveInfo()).getMessage())
        .contains("no checksum found");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noticesEveryFlippedByteAndEveryTruncation(boolean encrypted) {
    InfoStore store = store(encrypted ? PASS : Optional.empty());
    store.save(archive(encrypted));
    byte[] good = bytes(RepositoryLayout.archiveInfo(STANZA));
    ClusterHistory history = archive(encrypted).history();
    for (int i = 0; i < good.length; i++) {
      byte[] flipped = good.clone();
      flipped[i] ^= (byte) (1 << i % 8);
      expectDamageOrTheSame(store, flipped, history);
      expectDamageOrTheSame(store, java.util.Arrays.copyOf(good, i), history);
    }
  }

  private void expectDamageOrTheSame(InfoStore store, byte[] damaged, ClusterHistory history) {
    archivePaths().forEach(path -> put(path, damaged));
    try {
      assertThat(store.archiveInfo().history()).isEqualTo(history);
    } catch (HoldfastException e) {
      assertThat(DAMAGE).as("%s", e).contains(e.code());
    }
  }

  @Test
  void keepsWhatANewerVersionSaysOfABackup() {
    InfoStore store = store(Optional.empty());
    BackupEntry entry = backup(false).backups().getFirst();
    TreeMap<String, String> unknown = new TreeMap<>();
    unknown.put("backup-zzz", "{\"a\":[1,2]}");
    BackupEntry newer =
        new BackupEntry(
            entry.label(),
            entry.format(),
            entry.version(),
            entry.type(),
            entry.prior(),
            entry.references(),
            entry.timestampStart(),
            entry.timestampStop(),
            null,
            null,
            null,
            null,
            null,
            entry.sizes(),
            entry.historyId(),
            entry.options(),
            entry.annotations(),
            unknown);
    store.save(backup(false).with(newer));
    assertThat(store.backupInfo().backups()).containsExactly(newer);
  }

  @Test
  void refusesToStoreAnInnerPassphraseInAPlainRepository() {
    assertThatThrownBy(() -> store(Optional.empty()).save(archive(true)))
        .isInstanceOf(HoldfastException.class);
    assertThatThrownBy(() -> store(PASS).save(archive(false)))
        .isInstanceOf(HoldfastException.class);
  }

  @Test
  void findsTheArchiveOfABackupsCluster() {
    ArchiveInfo info = archive(false).withCluster(new SystemIdentifier(5), PgVersion.parse("15"));
    assertThat(info.archiveId(2, PgVersion.parse("15"), SYSTEM)).hasToString("15-2");
    assertThat(info.archiveId(9, PgVersion.parse("9.6"), SYSTEM)).hasToString("9.6-1");
    assertThat(info.currentArchiveId()).hasToString("15-3");
    assertThat(failure(() -> info.archiveId(1, PgVersion.parse("14"), SYSTEM)).code())
        .isEqualTo(ErrorCode.ARCHIVE_MISMATCH);
  }

  @Test
  void findsWhatDependsOnABackup() {
    BackupInfo info = backup(false);
    BackupEntry entry = info.backups().getFirst();
    assertThat(info.withDependants(SampleManifests.INCR)).containsExactly(SampleManifests.INCR);
    assertThat(info.withDependants(new BackupLabel("20200101-000000F"))).isEmpty();
    assertThat(info.without(List.of(entry.label())).backups()).isEmpty();
    assertThat(info.latest()).contains(entry);
  }
}
