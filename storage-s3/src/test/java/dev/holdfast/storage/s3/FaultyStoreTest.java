package dev.holdfast.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.s3.FaultyFront.Fault;
import dev.holdfast.storage.s3.FaultyFront.Request;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A store that is overloaded, breaks off, stalls, loses answers and damages what passes: each ends
 * with the right bytes or with a clear error, never with a short file, and after a bounded time.
 */
@Timeout(120)
class FaultyStoreTest {
  private static final Predicate<Request> PUT = request -> request.method().equals("PUT");
  private static final Predicate<Request> GET_OBJECT =
      request -> request.method().equals("GET") && !request.line().contains("prefix=");
  private static final Predicate<Request> LIST = request -> request.is("GET", "prefix=");
  private static final Predicate<Request> PART = request -> request.is("PUT", "partNumber=");
  private static final Predicate<Request> COMPLETE = request -> request.is("POST", "uploadId=");

  private static final int ALWAYS = Integer.MAX_VALUE;

  @TempDir private static Path directory;
  private static TestS3Server server;
  private static int number;

  private FaultyFront front;
  private S3Storage direct;
  private S3Storage storage;

  @BeforeAll
  static void startServer() {
    server = TestS3Server.start(directory);
    server.bucket("holdfast");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void startFront() throws IOException {
    number++;
    S3Settings settings = server.settings("holdfast", "/faulty/" + number);
    front = new FaultyFront(server, TestCertificates.in(directory));
    direct = new S3Storage(settings);
    storage = through(Duration.ofSeconds(20));
  }

  private S3Storage through(Duration ioTimeout) {
    S3Settings settings = server.settings("holdfast", "/faulty/" + number);
    return new S3Storage(front.settings(settings, ioTimeout, Duration.ofSeconds(60)));
  }

  @AfterEach
  void stopFront() {
    storage.close();
    direct.close();
    front.close();
    assertThat(server.openUploads("holdfast")).as("uploads left behind").isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "500, InternalError",
    "503, SlowDown",
    "503, ServiceUnavailable",
    "429, TooManyRequests",
    "408, RequestTimeout",
    "502, BadGateway"
  })
  void asksAgainWhenTheStoreIsBusy(int status, String code) throws IOException {
    front.plan(2, PUT, new Fault.Answer(status, code));
    front.plan(2, GET_OBJECT, new Fault.Answer(status, code));
    front.plan(2, LIST, new Fault.Answer(status, code));

    put(storage, "file", "content");

    assertThat(text("file")).isEqualTo("content");
    assertThat(storage.list("")).hasSize(1);
    assertThat(front.requests().stream().filter(PUT)).hasSize(3);
  }

  @Test
  void givesUpOnAStoreThatStaysBusy() {
    front.plan(ALWAYS, PUT, new Fault.Answer(503, "SlowDown"));

    S3Refusal refusal =
        catchThrowableOfType(S3Refusal.class, () -> put(storage, "file", "content"));

    assertThat(refusal.code()).isEqualTo(ErrorCode.SERVICE);
    assertThat(refusal.s3Code()).isEqualTo("SlowDown");
    assertThat(refusal).hasMessageContaining("/file'").hasMessageContaining("SlowDown");
    assertThat(front.requests()).hasSize(S3Connection.ATTEMPTS);
    assertThat(direct.info("file")).isEmpty();
  }

  @Test
  void sendsAgainWhatBrokeOffMidway() {
    byte[] content = bytes(3_000_000);
    front.plan(3, PUT, new Fault.BreakUpload(1_000_000));

    put(storage, "file", content);

    assertThat(Arrays.equals(content(direct, "file"), content)).isTrue();
  }

  @Test
  void sendsAgainThePartsThatBrokeOffMidway() {
    byte[] content = bytes(23_000_000);
    front.plan(3, PART, new Fault.BreakUpload(1_000_000));
    front.plan(2, PART, new Fault.Answer(500, "InternalError"));

    put(storage, "file", content);

    assertThat(Arrays.equals(content(direct, "file"), content)).isTrue();
  }

  @Test
  void givesUpTheWholeUploadWhenAPartCannotBeSent() {
    byte[] content = bytes(23_000_000);
    front.plan(
        ALWAYS,
        request -> request.is("PUT", "partNumber=3"),
        new Fault.Answer(500, "InternalError"));

    HoldfastException failure = failure(() -> put(storage, "file", content));

    assertThat(failure.code()).isEqualTo(ErrorCode.SERVICE);
    assertThat(direct.info("file")).isEmpty();
    assertThat(server.openUploads("holdfast")).isZero();
  }

  @Test
  void leavesNoPartsOfAnAbandonedFile() {
    try (StorageOutput output = storage.write("file")) {
      output.write(bytes(12_000_000), 0, 12_000_000);
      assertThat(server.openUploads("holdfast")).isEqualTo(1);
    }

    assertThat(server.openUploads("holdfast")).isZero();
    assertThat(direct.info("file")).isEmpty();
  }

  @Test
  void continuesADownloadWhereItBroke() {
    byte[] content = bytes(6_000_000);
    put(direct, "file", content);
    front.plan(5, GET_OBJECT, new Fault.BreakDownload(1_000_000));

    assertThat(Arrays.equals(content(storage, "file"), content)).isTrue();
    List<Request> requests = front.requests().stream().filter(GET_OBJECT).toList();
    assertThat(requests).hasSize(6);
    assertThat(requests.subList(1, 6))
        .allSatisfy(request -> {
          assertThat(request.header("range")).isPresent();
          assertThat(request.header("if-match")).isPresent();
        });
  }

  @Test
  void continuesARangeWhereItBroke() throws IOException {
    byte[] content = bytes(4_000_000);
    put(direct, "file", content);
    front.plan(3, GET_OBJECT, new Fault.BreakDownload(500_000));

    try (InputStream input = storage.read("file", 1_000_001, 2_500_000)) {
      byte[] expected = Arrays.copyOfRange(content, 1_000_001, 3_500_001);
      assertThat(Arrays.equals(input.readAllBytes(), expected)).isTrue();
    }
  }

  @Test
  void neverTakesABrokenDownloadForAShortFile() {
    put(direct, "file", bytes(200_000));
    front.plan(ALWAYS, GET_OBJECT, new Fault.BreakDownload(0));

    HoldfastException failure = failure(() -> content(storage, "file"));

    assertThat(failure.code()).isEqualTo(ErrorCode.FILE_READ);
    assertThat(failure).hasMessageContaining("/file'").hasMessageContaining("of 200000");
  }

  @Test
  void neverMixesAFileWithItsSuccessor() throws IOException {
    put(direct, "file", bytes(3_000_000));
    front.plan(1, GET_OBJECT, new Fault.BreakDownload(1_000_000));

    try (InputStream input = storage.read("file")) {
      input.readNBytes(1000);
      byte[] other = bytes(3_000_000);
      other[0]++;
      put(direct, "file", other);
      HoldfastException failure = failure(input::readAllBytes);
      assertThat(failure.code()).isEqualTo(ErrorCode.FILE_READ);
      assertThat(failure).hasMessageContaining("replaced");
    }
  }

  @Test
  void asksAgainForAListingThatBrokeOff() {
    for (int file = 0; file < 20; file++) {
      put(direct, "file " + file, "x");
    }
    front.plan(2, LIST, new Fault.BreakDownload(300));

    assertThat(storage.list("")).hasSize(20);
  }

  @Test
  void doesNotWaitForeverForAnAnswer() throws IOException {
    storage.close();
    storage = through(Duration.ofSeconds(1));
    put(direct, "file", "content");
    front.plan(1, GET_OBJECT, new Fault.Stall(0));
    front.plan(1, LIST, new Fault.Stall(0));

    assertThat(text("file")).isEqualTo("content");
    assertThat(storage.list("")).hasSize(1);
  }

  @Test
  void doesNotWaitForeverForTheRestOfAFile() {
    storage.close();
    storage = through(Duration.ofSeconds(1));
    byte[] content = bytes(3_000_000);
    put(direct, "file", content);
    front.plan(2, GET_OBJECT, new Fault.StallDownload(1_000_000));

    assertThat(Arrays.equals(content(storage, "file"), content)).isTrue();
  }

  @Test
  void doesNotWaitForeverForAStoreThatTakesNoMoreBytes() {
    storage.close();
    storage = through(Duration.ofMillis(400));
    byte[] content = bytes(1_500_000);
    front.plan(1, PUT, new Fault.Stall(10_000));

    put(storage, "file", content);

    assertThat(Arrays.equals(content(direct, "file"), content)).isTrue();
  }

  @Test
  void sendsAgainWhatArrivedDamaged() {
    byte[] content = bytes(1_000_000);
    front.plan(2, PUT, new Fault.CorruptUpload());

    put(storage, "file", content);

    assertThat(Arrays.equals(content(direct, "file"), content)).isTrue();
  }

  @Test
  void storesNothingThatAlwaysArrivesDamaged() {
    front.plan(ALWAYS, PUT, new Fault.CorruptUpload());

    HoldfastException failure = failure(() -> put(storage, "file", bytes(1_000_000)));
    HoldfastException parts = failure(() -> put(storage, "parts", bytes(12_000_000)));

    assertThat(failure.code()).isEqualTo(ErrorCode.CHECKSUM);
    assertThat(parts.code()).isEqualTo(ErrorCode.CHECKSUM);
    assertThat(direct.list("")).isEmpty();
  }

  @Test
  void believesAnUploadInPartsWhoseLastAnswerWasLost() {
    byte[] content = bytes(12_000_000);
    front.plan(1, COMPLETE, new Fault.LoseAnswer());

    put(storage, "file", content);

    assertThat(Arrays.equals(content(direct, "file"), content)).isTrue();
  }

  @Test
  void knowsItsOwnExclusiveWriteWhenTheAnswerWasLost() {
    front.plan(1, PUT, new Fault.LoseAnswer());

    exclusive(storage, "file", bytes(1000));

    assertThat(front.requests().stream().filter(PUT)).hasSize(2);
    assertThat(failure(() -> exclusive(storage, "file", bytes(1000))).code())
        .isEqualTo(ErrorCode.FILE_EXISTS);
  }

  @Test
  void knowsItsOwnExclusiveWriteInPartsWhenTheAnswerWasLost() {
    byte[] content = bytes(12_000_000);
    front.plan(1, COMPLETE, new Fault.LoseAnswer());

    exclusive(storage, "file", content);

    assertThat(Arrays.equals(content(direct, "file"), content)).isTrue();
    assertThat(failure(() -> exclusive(storage, "file", content)).code())
        .isEqualTo(ErrorCode.FILE_EXISTS);
  }

  @Test
  void looksItselfWhereTheStoreHasNoConditions() {
    front.plan(
        ALWAYS,
        request -> request.header("if-none-match").isPresent(),
        new Fault.Answer(501, "NotImplemented"));

    exclusive(storage, "file", bytes(1000));

    assertThat(failure(() -> exclusive(storage, "file", bytes(2000))).code())
        .isEqualTo(ErrorCode.FILE_EXISTS);
    assertThat(direct.info("file").orElseThrow().size()).isEqualTo(1000);
  }

  @ParameterizedTest
  @CsvSource({
    "403, AccessDenied, ACCESS, s3:ListBucket",
    "403, InvalidAccessKeyId, ACCESS, repo-s3-key",
    "403, SignatureDoesNotMatch, ACCESS, repo-s3-key-secret",
    "400, ExpiredToken, ACCESS, repo-s3-token",
    "404, NoSuchBucket, REPO_INVALID, repo-s3-bucket",
    "403, RequestTimeTooSkewed, CLOCK, time synchronization",
    "301, PermanentRedirect, OPTION_INVALID_VALUE, repo-s3-region"
  })
  void namesWhatTheStoreRefusesAndWhatToDo(int status, String s3Code, ErrorCode code, String hint) {
    front.plan(ALWAYS, _ -> true, new Fault.Answer(status, s3Code));

    for (S3Refusal refusal :
        new S3Refusal[] {
          catchThrowableOfType(S3Refusal.class, () -> put(storage, "file", "x")),
          catchThrowableOfType(S3Refusal.class, () -> storage.list("directory")),
          catchThrowableOfType(S3Refusal.class, () -> storage.read("file")),
          catchThrowableOfType(S3Refusal.class, () -> storage.remove("file"))
        }) {
      assertThat(refusal.s3Code()).isEqualTo(s3Code);
      assertThat(refusal.code()).isEqualTo(code);
      assertThat(refusal).hasMessageContaining("s3://holdfast/").hasMessageContaining(s3Code);
      assertThat(String.join(" ", refusal.hints())).contains(hint);
    }
    // An answer to HEAD has no body; the code is asked for by other means.
    S3Refusal info = catchThrowableOfType(S3Refusal.class, () -> storage.info("file"));
    assertThat(info.code()).isIn(code, ErrorCode.FILE_INFO);
  }

  private static HoldfastException failure(ThrowingCallable action) {
    return catchThrowableOfType(HoldfastException.class, action);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static void put(S3Storage storage, String path, String content) {
    put(storage, path, content.getBytes(StandardCharsets.UTF_8));
  }

  private static void put(S3Storage storage, String path, byte[] content) {
    try (StorageOutput output = storage.write(path)) {
      output.write(content, 0, content.length);
      output.commit();
    }
  }

  private static void exclusive(S3Storage storage, String path, byte[] content) {
    try (StorageOutput output = storage.writeExclusive(path)) {
      output.write(content, 0, content.length);
      output.commit();
    }
  }

  private String text(String path) {
    return new String(content(storage, path), StandardCharsets.UTF_8);
  }

  private static byte[] content(S3Storage storage, String path) {
    try (InputStream input = storage.read(path)) {
      return input.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
