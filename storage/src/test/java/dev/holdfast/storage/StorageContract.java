package dev.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every driver and every decorator of the {@link Storage} port must do. */
public abstract class StorageContract {
  private Storage storage;

  /** An empty store, another one at each call. */
  protected abstract Storage emptyStorage();

  /** Whether the server that the driver is tested against can name such a file. */
  protected boolean takesName(String name) {
    return true;
  }

  @BeforeEach
  void makeStorage() {
    storage = emptyStorage();
  }

  @Test
  void readsBackWhatWasWritten() throws IOException {
    put("archive/main/archive.info", "content");

    assertThat(text("archive/main/archive.info")).isEqualTo("content");
    StorageEntry entry = storage.info("archive/main/archive.info").orElseThrow();
    assertThat(entry.isFile()).isTrue();
    assertThat(entry.size()).isEqualTo(7);
    assertThat(entry.name()).isEqualTo("archive/main/archive.info");
    assertThat(entry.modified())
        .isBetween(
            Instant.now().minus(Duration.ofMinutes(5)), Instant.now().plus(Duration.ofMinutes(5)));
  }

  @Test
  void storesAnEmptyFile() throws IOException {
    put("empty", "");

    assertThat(storage.info("empty").orElseThrow().size()).isZero();
    assertThat(text("empty")).isEmpty();
    try (InputStream input = storage.read("empty", 0, 0)) {
      assertThat(input.read()).isEqualTo(-1);
    }
  }

  @Test
  void storesABigFileInUnevenPieces() throws IOException {
    byte[] content = new byte[9 * 1024 * 1024 + 7];
    new Random(11).nextBytes(content);
    try (StorageOutput output = storage.write("big")) {
      int written = 0;
      int piece = 1;
      while (written < content.length) {
        int length = Math.min(piece, content.length - written);
        output.write(content, written, length);
        written += length;
        piece = piece * 3 % 1_500_007;
      }
      output.commit();
    }

    try (InputStream input = storage.read("big")) {
      assertThat(Arrays.equals(input.readAllBytes(), content)).isTrue();
    }
    try (InputStream input = storage.read("big", 5_000_000, 1_000_001)) {
      byte[] expected = Arrays.copyOfRange(content, 5_000_000, 6_000_001);
      assertThat(Arrays.equals(input.readAllBytes(), expected)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "with space",
        "quote'and\"double",
        "back\\slash",
        "line\nfeed",
        "tab\tand\u0001control",
        "ümläut-日本語-😀",
        "$(rm -rf) ; & | * ?",
        "trailing ",
        "-begins-with-hyphen",
        ".hidden",
        "...",
        "a.hftmp",
        "percent%20=+"
      })
  void takesOddNames(String name) throws IOException {
    assumeThat(takesName(name)).isTrue();
    put("directory of " + name + "/" + name, name);

    assertThat(text("directory of " + name + "/" + name)).isEqualTo(name);
    assertThat(names("directory of " + name)).containsExactly(name);
    storage.remove("directory of " + name + "/" + name);
    assertThat(names("directory of " + name)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/etc/passwd", "../x", "a/../b", "a//b", "a/", ".", "..", "a/./b", "zero\0byte"})
  void refusesPathsThatLeadElsewhere(String path) {
    assertCode(ErrorCode.PARAM_INVALID, () -> storage.info(path));
    assertCode(ErrorCode.PARAM_INVALID, () -> storage.list(path));
    assertCode(ErrorCode.PARAM_INVALID, () -> storage.read(path));
    assertCode(ErrorCode.PARAM_INVALID, () -> storage.read(path, 0, 1));
    assertCode(ErrorCode.PARAM_INVALID, () -> storage.write(path));
    assertCode(ErrorCode.PARAM_INVALID, () -> storage.writeExclusive(path));
    assertCode(ErrorCode.PARAM_INVALID, () -> storage.createPath(path));
    assertCode(ErrorCode.PARAM_INVALID, () -> storage.remove(path));
    assertCode(ErrorCode.PARAM_INVALID, () -> storage.removeTree(path));
    assertCode(ErrorCode.PARAM_INVALID, () -> storage.move(path, "x"));
    assertCode(ErrorCode.PARAM_INVALID, () -> storage.move("x", path));
    assertCode(ErrorCode.PARAM_INVALID, () -> storage.syncPath(path));
  }

  @Test
  void namesTheMissingFile() {
    assertThat(storage.info("backup/none")).isEmpty();
    assertThatThrownBy(() -> storage.read("backup/none"))
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_MISSING))
        .hasMessageContaining("backup/none");
    assertCode(ErrorCode.FILE_MISSING, () -> storage.read("backup/none", 0, 1));
  }

  @Test
  void findsNothingBelowAFile() {
    put("file", "x");

    assertThat(storage.info("file/below")).isEmpty();
  }

  @Test
  void refusesToReadADirectory() {
    put("directory/file", "x");

    assertCode(ErrorCode.FILE_OPEN, () -> storage.read("directory"));
  }

  @Test
  void readsExactlyTheRange() throws IOException {
    put("file", "0123456789");

    assertThat(range("file", 3, 4)).isEqualTo("3456");
    assertThat(range("file", 0, 10)).isEqualTo("0123456789");
    assertThat(range("file", 10, 0)).isEmpty();
    assertThat(range("file", 9, 1)).isEqualTo("9");
  }

  @Test
  void refusesARangeBeyondTheEnd() {
    put("file", "0123456789");

    assertCode(ErrorCode.FILE_READ, () -> range("file", 8, 3));
    assertCode(ErrorCode.FILE_READ, () -> range("file", 11, 1));
    assertCode(ErrorCode.PARAM_INVALID, () -> range("file", -1, 1));
    assertCode(ErrorCode.PARAM_INVALID, () -> range("file", 0, -1));
  }

  @Test
  void skipsWithoutLosingItsPlace() throws IOException {
    put("file", "0123456789");

    try (InputStream input = storage.read("file", 2, 6)) {
      assertThat(input.read()).isEqualTo('2');
      input.skipNBytes(3);
      assertThat(input.read()).isEqualTo('6');
      assertThat(input.read()).isEqualTo('7');
      assertThat(input.read()).isEqualTo(-1);
    }
  }

  @Test
  void showsNothingUnderTheNameBeforeTheCommit() {
    try (StorageOutput output = storage.write("directory/file")) {
      output.write('x');
      output.flush();
      assertThat(storage.info("directory/file")).isEmpty();
      output.commit();
    }
    assertThat(names("directory")).containsExactly("file");
  }

  @Test
  void leavesNothingOfAnAbandonedFile() throws IOException {
    put("directory/file", "before");
    try (StorageOutput output = storage.write("directory/file")) {
      output.write('x');
    }

    assertThat(names("directory")).containsExactly("file");
    assertThat(text("directory/file")).isEqualTo("before");
  }

  @Test
  void beginsTemporaryNamesWithTheFilesOwnName() {
    try (StorageOutput output = storage.write("directory/000000010000000000000001-ab.zst")) {
      output.write('x');
      assertThat(names("directory"))
          .allSatisfy(name ->
              assertThat(name).startsWith("000000010000000000000001-ab.zst.").endsWith(".hftmp"));
    }
  }

  @Test
  void replacesAFileAtOnce() throws IOException {
    put("file", "before");
    try (InputStream open = storage.read("file")) {
      put("file", "after and longer");
      assertThat(new String(open.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("before");
    }
    assertThat(text("file")).isEqualTo("after and longer");
  }

  @Test
  void refusesToReplaceInAnExclusiveWrite() throws IOException {
    put("file", "before");
    try (StorageOutput output = storage.writeExclusive("file")) {
      output.write('x');
      assertCode(ErrorCode.FILE_EXISTS, output::commit);
    }

    assertThat(text("file")).isEqualTo("before");
    assertThat(names("")).containsExactly("file");
  }

  @Test
  void letsExactlyOneOfManyExclusiveWritersSucceed() throws Exception {
    for (int round = 0; round < 10; round++) {
      String path = "round/" + round;
      int writers = 8;
      CountDownLatch ready = new CountDownLatch(writers);
      List<String> winners = new ArrayList<>();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<String>> results = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
          String content = "writer " + writer;
          results.add(threads.submit(() -> writeExclusively(path, content, ready)));
        }
        for (Future<String> result : results) {
          String winner = result.get();
          if (!winner.isEmpty()) {
            winners.add(winner);
          }
        }
      }
      assertThat(winners).hasSize(1);
      assertThat(text(path)).isEqualTo(winners.getFirst());
    }
    assertThat(names("round")).hasSize(10);
  }

  private String writeExclusively(String path, String content, CountDownLatch ready)
      throws InterruptedException {
    try (StorageOutput output = storage.writeExclusive(path)) {
      output.write(content.getBytes(StandardCharsets.UTF_8), 0, content.length());
      ready.countDown();
      ready.await();
      output.commit();
      return content;
    } catch (HoldfastException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.FILE_EXISTS);
      return "";
    }
  }

  @Test
  protected void neverShowsAPartOfAFileThatIsReplacedWhileItIsRead() throws Exception {
    byte[] first = new byte[300_000];
    byte[] second = new byte[500_000];
    Arrays.fill(first, (byte) 1);
    Arrays.fill(second, (byte) 2);
    put("file", first);
    AtomicBoolean finished = new AtomicBoolean();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> writer =
          threads.submit(() -> {
            for (int round = 0; round < 40; round++) {
              put("file", round % 2 == 0 ? second : first);
            }
            finished.set(true);
          });
      while (!finished.get() && !writer.isDone()) {
        try (InputStream input = storage.read("file")) {
          byte[] seen = input.readAllBytes();
          assertThat(Arrays.equals(seen, first) || Arrays.equals(seen, second)).isTrue();
        }
      }
      writer.get();
    } catch (ExecutionException e) {
      throw new AssertionError("the writer failed", e.getCause());
    }
  }

  @Test
  void letsManyWritersMakeTheSameDirectories() throws Exception {
    int writers = 16;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> results = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        String name = "a/b/c/d/" + writer;
        results.add(threads.submit(() -> put(name, name)));
      }
      for (Future<?> result : results) {
        result.get();
      }
    }
    assertThat(names("a/b/c/d")).hasSize(writers);
  }

  @Test
  void listsInByteOrderWithTheKinds() {
    put("d/b", "1");
    put("d/B", "22");
    put("d/a/deeper", "3");
    put("d/\uFF00", "4");
    put("d/\uD83D\uDE00", "5");
    put("d/a.b", "6");
    put("d0", "7");

    assertThat(names("d")).containsExactly("B", "a", "a.b", "b", "\uFF00", "\uD83D\uDE00");
    List<StorageEntry> entries = storage.list("d");
    assertThat(entries.get(0).size()).isEqualTo(2);
    assertThat(entries.get(1).isPath()).isTrue();
    assertThat(entries.get(1).size()).isZero();
    assertThat(names("")).containsExactly("d", "d0");
  }

  @Test
  void listsTheNamesThatBeginWithAPrefix() {
    for (String name : List.of("d/ab", "d/abc", "d/ac", "d/b", "d/abd/file")) {
      put(name, "x");
    }
    assertThat(storage.list("d", "ab").stream().map(StorageEntry::name))
        .containsExactly("ab", "abc", "abd");
    assertThat(storage.list("d", "x")).isEmpty();
    assertThat(storage.list("missing", "x")).isEmpty();
    assertThat(storage.list("d", "")).isEqualTo(storage.list("d"));
  }

  @Test
  void listsNothingInAMissingDirectory() {
    assertThat(storage.list("missing/directory")).isEmpty();
    assertThat(storage.list("")).isEmpty();
  }

  @Test
  void refusesToListAFile() {
    put("file", "x");

    assertCode(ErrorCode.PATH_OPEN, () -> storage.list("file"));
  }

  @Test
  void makesDirectoriesOnce() {
    storage.createPath("a/b");
    storage.createPath("a/b");
    storage.createPath("");

    if (storage.features().contains(StorageFeature.PATH)) {
      assertThat(storage.info("a/b").orElseThrow().isPath()).isTrue();
      put("file", "x");
      assertCode(ErrorCode.PATH_CREATE, () -> storage.createPath("file/below"));
    }
    assertThat(storage.list("a/b")).isEmpty();
  }

  @Test
  void removesAFileOnceAndAgain() {
    put("a/file", "x");
    put("a/other", "x");
    storage.remove("a/file");
    storage.remove("a/file");
    storage.remove("nowhere/file");

    assertThat(names("a")).containsExactly("other");
  }

  @Test
  void removesNoDirectoryAsAFile() {
    put("a/file", "x");

    if (storage.features().contains(StorageFeature.PATH)) {
      assertCode(ErrorCode.FILE_REMOVE, () -> storage.remove("a"));
    } else {
      // In a bucket a file and a directory may have one name; looking would cost a request.
      try {
        storage.remove("a");
      } catch (HoldfastException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.FILE_REMOVE);
      }
    }
    assertThat(names("a")).containsExactly("file");
  }

  @Test
  void removesATreeAndNothingBeside() {
    put("a/b/c", "1");
    put("a/b/d/e", "2");
    put("a/bb", "3");
    put("a/b.c", "4");
    storage.removeTree("a/b");
    storage.removeTree("a/b");
    storage.removeTree("missing");

    assertThat(names("a")).containsExactly("b.c", "bb");
  }

  @Test
  void letsManyRemoveTheSameTree() throws Exception {
    for (int file = 0; file < 60; file++) {
      put("tree/" + file % 7 + "/" + file, "x");
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> results = new ArrayList<>();
      for (int remover = 0; remover < 4; remover++) {
        results.add(threads.submit(() -> storage.removeTree("tree")));
      }
      for (Future<?> result : results) {
        result.get();
      }
    }
    assertThat(storage.info("tree")).isEmpty();
  }

  @Test
  void movesOverWhatWasThere() throws IOException {
    put("from", "new");
    put("to/file", "old");
    storage.move("from", "to/file");

    assertThat(text("to/file")).isEqualTo("new");
    assertThat(storage.info("from")).isEmpty();
    storage.move("to/file", "else/where");
    assertThat(text("else/where")).isEqualTo("new");
    assertCode(ErrorCode.FILE_MISSING, () -> storage.move("from", "to/file"));
    assertCode(ErrorCode.FILE_MOVE, () -> storage.move("else", "third"));
  }

  @Test
  void syncsADirectory() {
    put("a/file", "x");
    storage.syncPath("a");
    storage.syncPath("");
    if (storage.features().contains(StorageFeature.PATH)) {
      assertCode(ErrorCode.PATH_MISSING, () -> storage.syncPath("missing"));
    }
  }

  @Test
  void pointsALinkAtAnotherTarget() {
    assumeThat(storage.features()).contains(StorageFeature.SYMBOLIC_LINK);
    storage.createLink("backup/main/latest", "20260101-000000F");
    storage.createLink("backup/main/latest", "20260102-000000F");

    StorageEntry link = storage.info("backup/main/latest").orElseThrow();
    assertThat(link.type()).isEqualTo(StorageEntry.Type.LINK);
    assertThat(link.linkTarget()).isEqualTo("20260102-000000F");
    assertThat(names("backup/main")).containsExactly("latest");
    storage.remove("backup/main/latest");
    assertThat(storage.info("backup/main/latest")).isEmpty();
  }

  @Test
  protected void followsNoLinkWhenItRemovesATree() {
    assumeThat(storage.features()).contains(StorageFeature.SYMBOLIC_LINK);
    put("kept/file", "x");
    storage.createLink("tree/link", "../kept");
    storage.removeTree("tree");

    assertThat(names("kept")).containsExactly("file");
  }

  @Test
  void givesAFileASecondName() throws IOException {
    assumeThat(storage.features()).contains(StorageFeature.HARD_LINK);
    put("full/file", "shared");
    storage.createHardLink("full/file", "incr/pg_data/file");

    storage.remove("full/file");
    assertThat(text("incr/pg_data/file")).isEqualTo("shared");
    assertCode(
        ErrorCode.FILE_EXISTS,
        () -> storage.createHardLink("incr/pg_data/file", "incr/pg_data/file"));
    assertCode(ErrorCode.FILE_MISSING, () -> storage.createHardLink("full/file", "incr/second"));
  }

  @Test
  void refusesLinksWhereTheStoreHasNone() {
    put("file", "x");
    if (!storage.features().contains(StorageFeature.SYMBOLIC_LINK)) {
      assertCode(ErrorCode.FEATURE_NOT_SUPPORTED, () -> storage.createLink("latest", "file"));
    }
    if (!storage.features().contains(StorageFeature.HARD_LINK)) {
      assertCode(ErrorCode.FEATURE_NOT_SUPPORTED, () -> storage.createHardLink("file", "second"));
    }
  }

  @Test
  void writesABatchFromManyThreadsAndSyncsItTwice() throws Exception {
    try (StorageBatch batch = storage.batch();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> results = new ArrayList<>();
      for (int file = 0; file < 100; file++) {
        String path = "batch/" + file % 7 + "/" + file;
        results.add(
            threads.submit(() -> {
              try (StorageOutput output = batch.write(path)) {
                output.write(path.getBytes(StandardCharsets.UTF_8), 0, path.length());
                output.commit();
              }
            }));
      }
      for (Future<?> result : results) {
        result.get();
      }
      batch.sync();
      try (StorageOutput output = batch.write("batch/0/7")) {
        output.write('x');
        output.commit();
      }
      try (StorageOutput abandoned = batch.write("batch/abandoned")) {
        abandoned.write('x');
      }
      batch.sync();
    }
    assertThat(names("batch")).containsExactly("0", "1", "2", "3", "4", "5", "6");
    assertThat(text("batch/0/7")).isEqualTo("x");
    assertThat(text("batch/1/99")).isEqualTo("batch/1/99");
  }

  @Test
  void survivesTheLeftoversOfACrash() throws IOException {
    put("archive/000000010000000000000001-ab.zst.k3j2h1g0.hftmp", "half of a segm");
    put("archive/000000010000000000000001-ab.zst", "segment");

    assertThat(text("archive/000000010000000000000001-ab.zst")).isEqualTo("segment");
    assertThat(names("archive")).hasSize(2);
  }

  private void put(String path, String content) {
    put(path, content.getBytes(StandardCharsets.UTF_8));
  }

  private void put(String path, byte[] content) {
    try (StorageOutput output = storage.write(path)) {
      output.write(content, 0, content.length);
      output.commit();
    }
  }

  private String text(String path) throws IOException {
    try (InputStream input = storage.read(path)) {
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String range(String path, long offset, long length) throws IOException {
    try (InputStream input = storage.read(path, offset, length)) {
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private List<String> names(String path) {
    return storage.list(path).stream().map(StorageEntry::name).toList();
  }

  private static void assertCode(ErrorCode code, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(HoldfastException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
