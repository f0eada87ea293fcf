package dev.holdfast.engine.stanza;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.engine.RecordingReporter;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.lock.StopFiles;
import dev.holdfast.postgres.control.ClusterState;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.info.InfoStore;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.memory.MemoryStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StanzaTest {
  private static final StanzaName STANZA = new StanzaName("main");
  private static final List<String> FILES =
      List.of(
          "archive/main/archive.info",
          "archive/main/archive.info.copy",
          "backup/main/backup.info",
          "backup/main/backup.info.copy");

  private final MemoryStorage storage = new MemoryStorage();
  private final RecordingReporter reporter = new RecordingReporter();
  private Repository repository;
  @TempDir private Path directory;

  @BeforeEach
  void makeRepository() {
    repository = new Repository(1, storage, Optional.of(new CipherPass("pass")));
  }

  private static PgControl cluster(long system, String version) {
    return new PgControl(
        PgVersion.parse(version),
        new SystemIdentifier(system),
        1300,
        202209061,
        ClusterState.IN_PRODUCTION,
        new Lsn(1 << 24),
        new Lsn(1 << 24),
        new Timeline(1),
        WalSegmentSize.DEFAULT,
        8192,
        0);
  }

  private void create(PgControl control) {
    new StanzaCreate(new StanzaRequest(STANZA, List.of(repository), control), reporter).run();
  }

  private void upgrade(PgControl control) {
    new StanzaUpgrade(new StanzaRequest(STANZA, List.of(repository), control), reporter).run();
  }

  private void write(String path) {
    try (StorageOutput output = storage.write(path)) {
      output.commit();
    }
  }

  private static void assertCode(ErrorCode code, Runnable action) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(HoldfastException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void makesBothFilesWithPassphrasesOfTheirOwn() {
    create(cluster(7, "15"));

    assertThat(FILES).allMatch(file -> storage.info(file).isPresent());
    InfoStore infos = repository.infos(STANZA);
    assertThat(infos.archiveInfo().walPass()).isPresent();
    assertThat(infos.backupInfo().manifestPass())
        .isPresent()
        .isNotEqualTo(infos.archiveInfo().walPass());
    assertThat(infos.archiveInfo().currentArchiveId()).hasToString("15-1");
  }

  @Test
  void repeatingItChangesNothing() {
    create(cluster(7, "15"));
    Optional<CipherPass> pass = repository.infos(STANZA).archiveInfo().walPass();
    create(cluster(7, "15"));

    assertThat(repository.infos(STANZA).archiveInfo().walPass()).isEqualTo(pass);
    assertThat(reporter.messages(Reporter.Level.INFO))
        .contains("stanza 'main' already exists on repo1 and is valid");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void restoresAMissingMainFileOrCopy(int missing) {
    create(cluster(7, "15"));
    storage.remove(FILES.get(missing));
    create(cluster(7, "15"));

    assertThat(FILES).allMatch(file -> storage.info(file).isPresent());
  }

  @ParameterizedTest
  @ValueSource(strings = {"archive/main", "backup/main"})
  void completesACreationThatWasCutOffBetweenTheFiles(String missing) {
    create(cluster(7, "15"));
    storage.removeTree(missing);
    write(missing + "/backup.info.abcdefgh.hftmp");
    create(cluster(7, "15"));

    assertThat(FILES).allMatch(file -> storage.info(file).isPresent());
    assertThat(reporter.messages(Reporter.Level.WARN)).hasSize(1);
  }

  @Test
  void refusesToReplaceAFileThatWasLostInUse() {
    create(cluster(7, "15"));
    storage.remove(FILES.get(2));
    storage.remove(FILES.get(3));
    write("backup/main/20261121-043355F/backup.manifest");

    assertCode(ErrorCode.FILE_MISSING, () -> create(cluster(7, "15")));
  }

  @Test
  void refusesADirectoryWithSomethingElseInIt() {
    write("archive/main/15-1/file");

    assertCode(ErrorCode.PATH_NOT_EMPTY, () -> create(cluster(7, "15")));
  }

  @Test
  void refusesTheStanzaOfAnotherCluster() {
    create(cluster(7, "15"));

    assertCode(ErrorCode.FILE_INVALID, () -> create(cluster(8, "15")));
    assertCode(ErrorCode.FILE_INVALID, () -> create(cluster(7, "16")));
  }

  @Test
  void upgradesToAnotherClusterAndBackToNoneOfTheOldArchives() {
    create(cluster(7, "15"));
    upgrade(cluster(8, "16"));

    InfoStore infos = repository.infos(STANZA);
    assertThat(infos.archiveInfo().currentArchiveId()).hasToString("16-2");
    assertThat(infos.backupInfo().history().current().id()).isEqualTo(2);
    create(cluster(8, "16"));
    upgrade(cluster(8, "16"));
    assertThat(reporter.messages(Reporter.Level.INFO))
        .contains("stanza 'main' on repo1 is already up to date");
  }

  @Test
  void finishesAnUpgradeThatWasCutOffBetweenTheFiles() {
    create(cluster(7, "15"));
    InfoStore infos = repository.infos(STANZA);
    infos.save(infos.archiveInfo().withCluster(new SystemIdentifier(8), PgVersion.parse("16")));

    upgrade(cluster(8, "16"));

    assertThat(infos.backupInfo().history().current().id()).isEqualTo(2);
    assertCode(
        ErrorCode.FILE_MISSING,
        () ->
            new StanzaUpgrade(
                    new StanzaRequest(
                        new StanzaName("other"), List.of(repository), cluster(7, "15")),
                    reporter)
                .run());
  }

  @Test
  void deletesOnlyAStoppedStanzaOfAStoppedCluster() throws IOException {
    create(cluster(7, "15"));
    StopFiles stops = new StopFiles(directory.resolve("lock"));
    Path data = Files.createDirectory(directory.resolve("data"));
    Path running = Files.createFile(data.resolve("postmaster.pid"));
    StanzaDelete delete =
        new StanzaDelete(STANZA, repository, () -> StanzaDelete.isRunning(data), false, stops);

    assertCode(ErrorCode.FILE_MISSING, delete::run);
    new StopAndStart(stops, Optional.of(STANZA), reporter).stop(false);
    assertCode(ErrorCode.PG_RUNNING, delete::run);
    Files.delete(running);
    delete.run();

    assertThat(storage.list("archive")).isEmpty();
    assertThat(storage.list("backup")).isEmpty();
    assertThat(stops.exists(STANZA)).isFalse();
    delete.run();
  }

  @Test
  void stoppingAndStartingTwiceIsSaidToBeInVain() {
    StopFiles stops = new StopFiles(directory.resolve("lock"));
    StopAndStart all = new StopAndStart(stops, Optional.empty(), reporter);
    all.stop(true);
    assertCode(ErrorCode.STOP, () -> stops.refuseWhenStopped(STANZA));
    all.stop(false);
    all.start();
    stops.refuseWhenStopped(STANZA);
    new StopAndStart(stops, Optional.of(STANZA), reporter).start();

    assertThat(reporter.messages(Reporter.Level.WARN))
        .containsExactly(
            "stop file already exists for all stanzas", "stop file does not exist for stanza main");
  }
}
