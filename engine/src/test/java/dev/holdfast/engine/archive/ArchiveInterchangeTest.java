package dev.holdfast.engine.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.ArchiveFixture;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.Repository;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** WAL of a real cluster through our verbs and those of the real pgBackRest. */
class ArchiveInterchangeTest {
  private static TestDirectory clusterDirectory;
  private static TestPostgres postgres;
  private ArchiveFixture fixture;

  @BeforeAll
  static void startCluster() {
    clusterDirectory = TestDirectory.create();
    postgres =
        TestPostgres.startIn(
            clusterDirectory, TestPostgres.system(), TestClusterOptions.defaults());
  }

  @AfterAll
  static void stopCluster() {
    postgres.close();
    clusterDirectory.close();
  }

  @BeforeEach
  void makeFixture() {
    fixture = new ArchiveFixture(postgres);
  }

  @AfterEach
  void closeFixture() {
    fixture.close();
  }

  private static void assertCode(ErrorCode code, Runnable action) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(HoldfastException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @ParameterizedTest
  @CsvSource({
    "NONE,false",
    "NONE,true",
    "GZ,false",
    "GZ,true",
    "BZ2,false",
    "BZ2,true",
    "LZ4,false",
    "LZ4,true",
    "ZST,false",
    "ZST,true"
  })
  void eachProgramFetchesWhatTheOtherPushed(CompressionType compression, boolean encrypted)
      throws IOException {
    fixture.addRepository(encrypted);
    fixture.compression(compression);
    fixture.createStanza();
    Path ours = fixture.segment();
    Path theirs = fixture.segment();

    fixture.push().push(ours);
    fixture.pgBackRest().expect("--stanza=main", "archive-push", theirs.toString());

    Path got = fixture.directory.directory("out").resolve("RECOVERYXLOG");
    fixture
        .pgBackRest()
        .expect("--stanza=main", "archive-get", String.valueOf(ours.getFileName()), got.toString());
    assertThat(got).hasSameBinaryContentAs(ours);
    assertThat(fixture.get().get(String.valueOf(theirs.getFileName()), got)).isTrue();
    assertThat(got).hasSameBinaryContentAs(theirs);
    assertThat(fixture.archived(1))
        .hasSize(2)
        .allMatch(name -> name.endsWith(compression.extension()));
  }

  @Test
  void pushesIntoAStanzaThatPgBackRestMade() throws IOException {
    fixture.addRepository(true);
    fixture.pgBackRest().expect("--stanza=main", "stanza-create", "--no-online");
    Path segment = fixture.segment();

    fixture.push().push(segment);
    fixture.createStanza();

    assertThat(fixture.reporter.lines())
        .contains("INFO: stanza 'main' already exists on repo1 and is valid");
    Path got = fixture.resolve("got");
    assertThat(fixture.get().get(String.valueOf(segment.getFileName()), got)).isTrue();
    assertThat(got).hasSameBinaryContentAs(segment);
  }

  @Test
  void storesHistoryAndBackupFilesAsTheyAreButEncrypted() throws IOException {
    fixture.addRepository(true);
    fixture.compression(CompressionType.GZ);
    fixture.createStanza();
    Path history = fixture.directory.file("00000002.history", "1\t0/3000000\tno reason\n");
    Path backup =
        fixture.directory.file("000000010000000000000002.00000028.backup", "START WAL LOCATION\n");

    fixture.push().push(history);
    fixture.push().push(backup);

    assertThat(fixture.archived(1))
        .containsExactly(
            "15-1/0000000100000000/000000010000000000000002.00000028.backup",
            "15-1/00000002.history");
    Path got = fixture.directory.directory("out").resolve("RECOVERYHISTORY");
    fixture.pgBackRest().expect("--stanza=main", "archive-get", "00000002.history", got.toString());
    assertThat(got).hasSameBinaryContentAs(history);
    assertThat(fixture.get().get("000000010000000000000002.00000028.backup", got)).isTrue();
    assertThat(got).hasSameBinaryContentAs(backup);
  }

  @Test
  void keepsAPartialSegmentApartFromTheWholeOne() throws IOException {
    fixture.addRepository(false);
    fixture.createStanza();
    Path segment = fixture.segment();
    String name = segment.getFileName() + ".partial";
    Path partial = Files.copy(segment, fixture.resolve(name));

    fixture.push().push(partial);
    fixture.push().push(segment);

    assertThat(fixture.archived(1)).hasSize(2);
    Path got = fixture.resolve("got");
    assertThat(fixture.get().get(name, got)).isTrue();
    assertThat(fixture.get().get(String.valueOf(segment.getFileName()), got)).isTrue();
  }

  @Test
  void danger10DuplicateWalSucceedsWithAWarningIfItIsTheSameAndFailsOtherwise() throws IOException {
    fixture.addRepository(false);
    fixture.createStanza();
    Path segment = fixture.segment();
    fixture.push().push(segment);

    fixture.push().push(segment);
    assertThat(fixture.reporter.messages(Reporter.Level.WARN))
        .anyMatch(message -> message.contains("already exists in the repo1 archive"));

    byte[] other = Files.readAllBytes(segment);
    other[other.length - 1] ^= 1;
    Path changed =
        Files.write(fixture.directory.directory("other").resolve(segment.getFileName()), other);
    assertCode(ErrorCode.ARCHIVE_DUPLICATE, () -> fixture.push().push(changed));
    assertThat(fixture.archived(1)).hasSize(1);
  }

  @Test
  void danger11WrongClusterIsRefused() throws IOException {
    fixture.addRepository(false);
    fixture.createStanza();
    Path segment = fixture.segment();
    byte[] foreign = Files.readAllBytes(segment);
    foreign[24] ^= 1;
    Path changed = Files.write(fixture.resolve(String.valueOf(segment.getFileName())), foreign);

    assertCode(ErrorCode.ARCHIVE_MISMATCH, () -> fixture.push().push(changed));
    assertThat(fixture.archived(1)).isEmpty();

    try (TestPostgres another =
        TestPostgres.startIn(
            fixture.directory,
            TestPostgres.system(),
            TestClusterOptions.defaults().named("another"))) {
      ArchivePushRequest ours = fixture.pushRequest();
      ArchivePushRequest wrong =
          new ArchivePushRequest(
              ours.stanza(),
              ours.repositories(),
              Optional.of(another.pgdata()),
              Optional.empty(),
              ours.compression(),
              ours.level(),
              true,
              true,
              ours.queueMax(),
              ours.gaps(),
              Optional.empty());
      assertThatThrownBy(() -> new ArchivePush(wrong, fixture.reporter).push(segment))
          .hasMessageContaining("[ArchiveMismatchError] PostgreSQL version 15")
          .isInstanceOfSatisfying(
              HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.REPO_INVALID));
    }
  }

  @Test
  void danger12APartialPushToSeveralRepositoriesFailsAndIsRepeated() throws IOException {
    fixture.addRepository(false);
    Path second = fixture.addRepository(true);
    fixture.createStanza();
    Path segment = fixture.segment();
    Path archive = second.resolve("archive/main");
    Path hidden = Files.move(archive, second.resolve("hidden"));

    assertThatThrownBy(() -> fixture.push().push(segment))
        .hasMessageContaining("repo2: [FileMissingError]")
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.COMMAND));
    assertThat(fixture.archived(1)).hasSize(1);

    Files.move(hidden, archive);
    fixture.push().push(segment);
    assertThat(fixture.archived(2)).hasSize(1);
  }

  @Test
  void danger19AFullQueueDropsWalAndSaysSo() throws IOException {
    fixture.addRepository(false);
    fixture.createStanza();
    fixture.queueMax = OptionalLong.of(1);
    Path wal = fixture.directory.directory("wal");
    Files.createDirectory(wal.resolve("archive_status"));
    Path segment = fixture.segment();
    Path copy = Files.copy(segment, wal.resolve(segment.getFileName()));
    Files.createFile(wal.resolve("archive_status").resolve(segment.getFileName() + ".ready"));

    fixture.push().push(copy);

    assertThat(fixture.archived(1)).isEmpty();
    assertThat(fixture.reporter.messages(Reporter.Level.WARN))
        .containsExactly(
            "dropped WAL file '" + segment.getFileName() + "' because archive queue exceeded 1B");
  }

  @Test
  void saysThatASegmentIsNotThere() {
    fixture.addRepository(false);
    fixture.createStanza();

    assertThat(fixture.get().get("0000000100000000000000FF", fixture.resolve("got"))).isFalse();
    assertThat(fixture.resolve("got")).doesNotExist();
  }

  @Test
  void doesNotSayThatASegmentIsNotThereWhileARepositoryCannotTell() throws IOException {
    fixture.addRepository(false);
    Path second = fixture.addRepository(true);
    fixture.createStanza();
    Path segment = fixture.segment();
    fixture.push().push(segment);
    Path archive = second.resolve("archive/main");
    Path hidden = Files.move(archive, second.resolve("hidden"));
    Path got = fixture.resolve("got");

    // What is found is found, whoever else is away.
    assertThat(fixture.get().get(String.valueOf(segment.getFileName()), got)).isTrue();
    assertThatThrownBy(() -> fixture.get().get("0000000100000000000000FF", got))
        .hasMessageContaining("not every repository could be asked")
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.REPO_INVALID));

    Files.move(hidden, archive);
    assertThat(fixture.get().get("0000000100000000000000FF", got)).isFalse();
  }

  @Test
  void takesACopyFromAnotherRepositoryWhenOneIsDamaged() throws IOException {
    Path first = fixture.addRepository(false);
    fixture.addRepository(true);
    fixture.createStanza();
    Path segment = fixture.segment();
    fixture.push().push(segment);
    Path stored = first.resolve("archive/main").resolve(fixture.archived(1).getFirst());
    byte[] damaged = Files.readAllBytes(stored);
    damaged[100] ^= 1;
    Files.write(stored, damaged);
    Path got = fixture.resolve("got");

    assertThat(fixture.get().get(String.valueOf(segment.getFileName()), got)).isTrue();
    assertThat(got).hasSameBinaryContentAs(segment);
    assertThat(fixture.reporter.messages(Reporter.Level.WARN))
        .anyMatch(message -> message.contains("[ChecksumError]"));

    Files.delete(fixture.resolve("repo2/archive/main").resolve(fixture.archived(2).getFirst()));
    Files.delete(got);
    assertCode(
        ErrorCode.FILE_READ, () -> fixture.get().get(String.valueOf(segment.getFileName()), got));
    assertThat(got).doesNotExist();
  }

  @Test
  void refusesAWrongPassphrase() {
    Path path = fixture.addRepository(true);
    fixture.createStanza();
    Path segment = fixture.segment();
    Repository wrong =
        new Repository(
            1, fixture.repository(1).storage(), Optional.of(new CipherPass("something else")));
    ArchiveGetRequest request =
        new ArchiveGetRequest(
            ArchiveFixture.STANZA, List.of(wrong), postgres.pgdata(), Optional.empty());

    assertCode(
        ErrorCode.REPO_INVALID,
        () ->
            new ArchiveGet(request, fixture.reporter)
                .get(String.valueOf(segment.getFileName()), path.resolve("got")));
    assertThat(fixture.reporter.messages(Reporter.Level.WARN))
        .anyMatch(message -> message.startsWith("repo1: [CryptoError]"));
  }

  @Test
  void findsDuplicatesThatTwoPrimariesLeft() throws IOException {
    Path repository = fixture.addRepository(false);
    fixture.createStanza();
    Path segment = fixture.segment();
    fixture.push().push(segment);
    String stored = fixture.archived(1).getFirst();
    String twin = stored.substring(0, stored.length() - 40) + "a".repeat(40);
    Path archive = repository.resolve("archive/main");
    Files.copy(archive.resolve(stored), archive.resolve(twin));

    assertCode(
        ErrorCode.ARCHIVE_DUPLICATE,
        () -> fixture.get().get(String.valueOf(segment.getFileName()), fixture.resolve("got")));
  }

  @Test
  void modesOfFetchedSegmentsAreForTheOwnerAlone() throws IOException {
    fixture.addRepository(false);
    fixture.createStanza();
    Path segment = fixture.segment();
    fixture.push().push(segment);
    Path got = fixture.resolve("got");
    fixture.get().get(String.valueOf(segment.getFileName()), got);

    assertThat(Files.getPosixFilePermissions(got))
        .isEqualTo(Set.copyOf(PosixFilePermissions.fromString("rw-------")));
  }
}
