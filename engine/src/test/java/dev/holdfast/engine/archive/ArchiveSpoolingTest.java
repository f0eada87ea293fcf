package dev.holdfast.engine.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.ArchiveFixture;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.lock.HeldLocks;
import dev.holdfast.engine.lock.LockKind;
import dev.holdfast.engine.lock.StanzaLocks;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Foreground and background through a real spool; the background is a thread here. */
class ArchiveSpoolingTest {
  private static final long BATCH = 1L << 34;
  private static TestDirectory clusterDirectory;
  private static TestPostgres postgres;
  private static List<Path> segments;

  private ArchiveFixture fixture;
  private Path wal;
  private Path out;
  private Path in;
  private final List<Thread> backgrounds = new ArrayList<>();

  @BeforeAll
  static void startCluster() {
    clusterDirectory = TestDirectory.create();
    postgres =
        TestPostgres.startIn(
            clusterDirectory, TestPostgres.system(), TestClusterOptions.defaults());
    segments = new ArrayList<>();
    for (int count = 0; count < 4; count++) {
      segments.add(postgres.pgdata().resolve("pg_wal").resolve(postgres.switchWal()));
    }
  }

  @AfterAll
  static void stopCluster() {
    postgres.close();
    clusterDirectory.close();
  }

  @BeforeEach
  void makeFixture() throws IOException {
    fixture = new ArchiveFixture(postgres);
    fixture.addRepository(false);
    fixture.createStanza();
    wal = fixture.directory.directory("wal");
    fixture.directory.directory("wal/archive_status");
    out = fixture.resolve("spool/archive/main/out");
    in = fixture.resolve("spool/archive/main/in");
    for (Path segment : segments) {
      ready(segment);
    }
  }

  @AfterEach
  void closeFixture() throws InterruptedException {
    for (Thread thread : backgrounds) {
      thread.join();
    }
    fixture.close();
  }

  private void ready(Path segment) throws IOException {
    Files.copy(segment, wal.resolve(segment.getFileName()));
    Files.createFile(wal.resolve("archive_status").resolve(segment.getFileName() + ".ready"));
  }

  private ArchiveLock lock() {
    return new ArchiveLock(locks(), ArchiveFixture.STANZA, List.of(1));
  }

  private StanzaLocks locks() {
    return new StanzaLocks(fixture.resolve("lock"), "1-00000000", 1);
  }

  private AsyncSettings settings(long queueBytes) {
    return new AsyncSettings(fixture.resolve("spool"), Duration.ofSeconds(30), 2, queueBytes);
  }

  private ArchivePushAsync push() {
    return new ArchivePushAsync(fixture.pushRequest(), settings(BATCH), lock(), fixture.reporter);
  }

  private ArchiveGetAsync get() {
    return new ArchiveGetAsync(
        fixture.getRequest(), settings(1L << 26), true, lock(), fixture.reporter);
  }

  private BackgroundProcess.Running start(Runnable work) {
    Thread thread = Thread.ofPlatform().uncaughtExceptionHandler((failed, error) -> {}).start(work);
    backgrounds.add(thread);
    return thread::isAlive;
  }

  private void awaitPush(Path file) {
    push()
        .awaitPush(
            file, parameters -> start(() -> push().pushReady(Path.of(parameters.getFirst()))));
  }

  private boolean awaitGet(String segment, Path destination) {
    return get().get(segment, destination, parameters -> start(() -> get().fetchAhead(parameters)));
  }

  private static List<String> names(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String name(int segment) {
    return String.valueOf(segments.get(segment).getFileName());
  }

  private static void assertCode(ErrorCode code, Runnable action) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(HoldfastException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void pushesAllThatIsReadyAndAcknowledgesEach() throws InterruptedException {
    awaitPush(wal.resolve(name(0)));
    backgrounds.getFirst().join();

    assertThat(fixture.archived(1)).hasSize(4);
    assertThat(names(out))
        .containsExactlyElementsOf(segments.stream().map(s -> s.getFileName() + ".ok").toList());
    awaitPush(wal.resolve(name(3)));
    assertThat(backgrounds).hasSize(1);
  }

  @Test
  void danger20StaleAcknowledgementsOfFilesThatAreNotReadyAreRemoved() throws IOException {
    Files.createDirectories(out);
    Files.createFile(out.resolve("000000010000000000000AAA.ok"));
    Files.writeString(out.resolve("000000010000000000000AAB.error"), "25\nold");
    Files.writeString(out.resolve("global.error"), "25\nold");

    push().pushReady(wal);

    assertThat(names(out))
        .containsExactlyElementsOf(segments.stream().map(s -> s.getFileName() + ".ok").toList());
  }

  @Test
  void danger19AFullQueueIsDroppedWithAWarningForEveryFile() throws IOException {
    fixture.queueMax = OptionalLong.of(20 << 20);
    push().pushReady(wal);

    assertThat(fixture.archived(1)).isEmpty();
    assertThat(Files.readString(out.resolve(name(2) + ".ok")))
        .startsWith("0\nholdfast ")
        .endsWith("\ndropped WAL file '" + name(2) + "' because archive queue exceeded 20MB\n");
    awaitPush(wal.resolve(name(2)));
    assertThat(fixture.reporter.messages(Reporter.Level.WARN))
        .anyMatch(message -> message.startsWith("dropped WAL file '" + name(2)));
    assertThat(fixture.gaps().all())
        .extracting(WalGap::walFile)
        .containsExactly(name(0), name(1), name(2), name(3));
    assertThat(fixture.gaps().all().getFirst().reason()).contains("queue exceeded 20MB");
  }

  @Test
  void danger19ADropIsRecordedBySynchronousPushesToo() {
    fixture.queueMax = OptionalLong.of(20 << 20);
    new ArchivePush(fixture.pushRequest(), fixture.reporter).push(wal.resolve(name(1)));

    assertThat(fixture.archived(1)).isEmpty();
    assertThat(fixture.gaps().all()).extracting(WalGap::walFile).containsExactly(name(1));
  }

  @Test
  void danger20AnAcknowledgementOfAnotherFileOfTheSameNameIsNotBelieved() throws IOException {
    push().pushReady(wal);
    Path recycled = wal.resolve(name(2));
    Files.delete(recycled);
    Files.copy(segments.get(3), recycled);
    Files.setLastModifiedTime(recycled, Files.getLastModifiedTime(segments.get(2)));

    // Other content under a name that the archive has: the push that follows must say so.
    assertCode(ErrorCode.ARCHIVE_DUPLICATE, () -> awaitPush(recycled));
  }

  @Test
  void danger20ABareAcknowledgementIsBelievedWhenItIsYoungerThanTheFile() throws IOException {
    Files.createDirectories(out);
    Path ok = Files.createFile(out.resolve(name(0) + ".ok"));
    Path segment = wal.resolve(name(0));
    Files.setLastModifiedTime(segment, FileTime.fromMillis(1_000_000));
    awaitPush(segment);
    assertThat(backgrounds).isEmpty();
    assertThat(fixture.archived(1)).isEmpty();

    Files.setLastModifiedTime(ok, FileTime.fromMillis(999_999));
    awaitPush(segment);
    assertThat(fixture.archived(1)).anyMatch(name -> name.contains(name(0)));
  }

  @Test
  void anErrorOfOneFileIsThatFilesAndEndsTheRun() throws IOException {
    new ArchivePush(fixture.pushRequest(), fixture.reporter).push(wal.resolve(name(0)));
    Path changed = wal.resolve(name(0));
    byte[] bytes = Files.readAllBytes(changed);
    bytes[bytes.length - 1] ^= 1;
    Files.write(changed, bytes);

    assertCode(ErrorCode.ARCHIVE_DUPLICATE, () -> awaitPush(changed));
    assertThat(Files.readString(out.resolve(name(0) + ".error"))).startsWith("45\nWAL file '");
  }

  @Test
  void anErrorOfAllReachesWhoeverWaits() throws IOException {
    Files.move(fixture.resolve("repo1"), fixture.resolve("elsewhere"));

    assertCode(ErrorCode.REPO_INVALID, () -> awaitPush(wal.resolve(name(1))));
    assertThat(Files.readString(out.resolve("global.error")))
        .startsWith("103\nunable to find a valid repository:\nrepo1: [FileMissingError]");

    Files.move(fixture.resolve("elsewhere"), fixture.resolve("repo1"));
    awaitPush(wal.resolve(name(1)));
  }

  @Test
  void aBackgroundStepsBackWhenAnotherIsAtWork() {
    try (HeldLocks held =
        locks().acquire(ArchiveFixture.STANZA, EnumSet.of(LockKind.ARCHIVE), List.of(1))) {
      push().pushReady(wal);
      held.progress(0, 0);
    }

    assertThat(fixture.archived(1)).isEmpty();
    assertThat(out).doesNotExist();
  }

  @Test
  void deliversWhatWasFetchedAheadAndKeepsTheQueueFilled() throws Exception {
    push().pushReady(wal);
    Path got = fixture.resolve("RECOVERYXLOG");

    assertThat(awaitGet(name(0), got)).isTrue();
    assertThat(got).hasSameBinaryContentAs(segments.get(0));
    for (Thread background : backgrounds) {
      background.join();
    }
    assertThat(names(in)).contains(name(1), name(2), name(3)).doesNotContain(name(0));
    for (int next = 1; next < segments.size(); next++) {
      assertThat(awaitGet(name(next), got)).isTrue();
      assertThat(got).hasSameBinaryContentAs(segments.get(next));
    }
    assertThat(awaitGet("0000000100000000000000F0", got)).isFalse();
  }

  @Test
  void looksAgainForASegmentThatAnEarlierRunDidNotFind() throws IOException {
    Files.createDirectories(in);
    Files.createFile(in.resolve(name(1) + ".ok"));
    push().pushReady(wal);

    assertThat(awaitGet(name(1), fixture.resolve("RECOVERYXLOG"))).isTrue();
  }

  @Test
  void fetchesBySelfWhenSomebodyElsesBackgroundIsAtWork() {
    push().pushReady(wal);
    try (HeldLocks held =
        locks().acquire(ArchiveFixture.STANZA, EnumSet.of(LockKind.ARCHIVE), List.of(1))) {
      held.progress(0, 0);
      assertThat(awaitGet(name(1), fixture.resolve("RECOVERYXLOG"))).isTrue();
    }

    assertThat(backgrounds).isEmpty();
  }

  @Test
  void tellsWarningsOfTheBackgroundToTheForeground() throws IOException {
    push().pushReady(wal);
    Files.createDirectories(in);
    Files.copy(segments.get(0), in.resolve(name(0)));
    Files.writeString(in.resolve(name(0) + ".ok"), "0\nrepo2: [CryptoError] no");

    assertThat(awaitGet(name(0), fixture.resolve("RECOVERYXLOG"))).isTrue();
    assertThat(fixture.reporter.messages(Reporter.Level.WARN)).contains("repo2: [CryptoError] no");
    assertThat(in.resolve(name(0) + ".ok")).doesNotExist();
  }
}
