package dev.holdfast.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.s3.FaultyFront.Fault;
import dev.holdfast.storage.s3.FaultyFront.Request;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the S3 driver does beyond the contract. */
class S3StorageTest {
  private static final String CUSTOMER_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

  @TempDir private static Path directory;
  private static TestS3Server server;

  @BeforeAll
  static void startServer() {
    server = TestS3Server.start(directory);
    server.bucket("holdfast");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void listsAndRemovesMoreThanAPage() throws IOException {
    Path many = Files.createDirectories(server.directory("holdfast").resolve("many/tree/below"));
    for (int file = 0; file < 1100; file++) {
      Files.createFile(many.resolveSibling("file-%04d".formatted(file)));
      Files.createFile(many.resolve("file-%04d".formatted(file)));
    }
    try (S3Storage storage = new S3Storage(server.settings("holdfast", "/many"))) {
      put(storage, "beside", "x");

      assertThat(storage.list("tree")).hasSize(1101);
      storage.removeTree("tree");

      assertThat(storage.list("")).extracting(StorageEntry::name).containsExactly("beside");
    }
  }

  @Test
  void reachesABucketByItsHostName() throws IOException {
    try (TestS3Server named = TestS3Server.startByHostName(directory)) {
      S3Settings path = named.settings(named.bucket("holdfast"), "/host");
      URI there = URI.create("https://127.0.0.1:" + named.port());
      URI name = URI.create("https://s3.test");
      S3Connection byName = connection(path, name, there, true, named.caFile(), null, false);
      try (S3Storage storage = new S3Storage(with(path, byName, path.objects()))) {
        put(storage, "file", "content");
        assertThat(text(storage, "file")).isEqualTo("content");
      }
    }
  }

  @Test
  void trustsNoStrangersCertificate() {
    S3Settings settings = server.settings("holdfast", "/tls");
    S3Connection trusting =
        connection(settings, settings.connection().endpoint(), null, true, null, null, true);
    try (S3Storage storage = new S3Storage(with(settings, trusting, settings.objects()))) {
      HoldfastException failure = failure(() -> storage.list(""));
      assertThat(failure.code()).isEqualTo(ErrorCode.HOST_CONNECT);
      assertThat(failure.hints()).anyMatch(hint -> hint.contains("repo-storage-ca-file"));
    }
  }

  @Test
  void trustsAnybodyWhenAsked() {
    S3Settings settings = server.settings("holdfast", "/tls");
    S3Connection careless =
        connection(settings, settings.connection().endpoint(), null, false, null, null, true);
    assertReachable(with(settings, careless, settings.objects()));
  }

  @Test
  void trustsADirectoryOfAuthorities() throws IOException {
    Path authorities = Files.createDirectories(directory.resolve("authorities"));
    Files.copy(server.caFile(), authorities.resolve("ours.pem"));
    S3Settings settings = server.settings("holdfast", "/tls");
    S3Connection connection =
        connection(settings, settings.connection().endpoint(), null, true, null, authorities, true);
    assertReachable(with(settings, connection, settings.objects()));
  }

  @Test
  void namesAnAddressThatNobodyAnswers() throws IOException {
    int port;
    try (ServerSocket unused = new ServerSocket(0)) {
      port = unused.getLocalPort();
    }
    S3Settings settings = server.settings("holdfast", "/gone");
    URI nobody = URI.create("https://127.0.0.1:" + port);
    S3Connection connection = connection(settings, nobody, null, true, server.caFile(), null, true);
    try (S3Storage storage = new S3Storage(with(settings, connection, settings.objects()))) {
      HoldfastException failure = failure(() -> storage.list("directory"));
      assertThat(failure.code()).isEqualTo(ErrorCode.HOST_CONNECT);
      assertThat(failure).hasMessageContaining("127.0.0.1:" + port).hasMessageContaining("s3://");
    }
  }

  @Test
  void tellsAMissingBucketFromAMissingFile() {
    try (S3Storage storage = new S3Storage(server.settings("absent", "/"))) {
      for (S3Refusal refusal :
          List.of(
              refusal(() -> storage.info("file")),
              refusal(() -> storage.read("file")),
              refusal(() -> storage.list("")),
              refusal(() -> put(storage, "file", "x")))) {
        assertThat(refusal.s3Code()).isEqualTo("NoSuchBucket");
        assertThat(refusal.code()).isEqualTo(ErrorCode.REPO_INVALID);
      }
    }
  }

  @Test
  void tellsAWrongKeyFromAWrongSecret() {
    S3Settings right = server.settings("holdfast", "/keys");
    try (S3Storage storage =
        new S3Storage(keys(right, new S3Credentials.Shared("NOBODY", "secret", null)))) {
      assertThat(refusal(() -> storage.info("file")).s3Code()).isEqualTo("InvalidAccessKeyId");
    }
    try (S3Storage storage =
        new S3Storage(keys(right, new S3Credentials.Shared(TestS3Server.KEY, "wrong", null)))) {
      S3Refusal refusal = refusal(() -> storage.info("file"));
      assertThat(refusal.s3Code()).isEqualTo("SignatureDoesNotMatch");
      assertThat(refusal.describe()).doesNotContain("wrong");
    }
  }

  @Test
  void runsTheProgramThatPrintsCredentials() throws IOException {
    Path program = directory.resolve("credentials");
    Files.writeString(
        program,
        """
        {"Version": 1, "AccessKeyId": "%s", "SecretAccessKey": "%s"}
        """
            .formatted(TestS3Server.KEY, TestS3Server.SECRET));
    S3Settings settings =
        keys(
            server.settings("holdfast", "/process"),
            new S3Credentials.Process(List.of("cat", program.toString())));
    try (S3Storage storage = new S3Storage(settings)) {
      put(storage, "file", "content");
      assertThat(text(storage, "file")).isEqualTo("content");
    }
  }

  @Test
  void seesAVersionedBucketAsItWas() throws IOException {
    try (TestS3Server versions = TestS3Server.startWithVersions(directory);
        S3Storage now =
            new S3Storage(versions.settings(versions.versionedBucket("versioned"), "/repo"))) {
      S3Settings settings = versions.settings("versioned", "/repo");
      put(now, "kept", "first");
      put(now, "directory/removed", "content");
      Instant before = nextSecond();
      put(now, "kept", "second and longer");
      now.remove("directory/removed");
      put(now, "later", "x");
      Instant after = nextSecond();
      now.removeTree("");
      try (S3Storage then = new S3Storage(at(settings, before))) {
        assertThat(text(then, "kept")).isEqualTo("first");
        assertThat(text(then, "directory/removed")).isEqualTo("content");
        assertThat(then.list(""))
            .extracting(StorageEntry::name)
            .containsExactly("directory", "kept");
        assertThat(then.info("later")).isEmpty();
        assertThat(then.info("directory").orElseThrow().isPath()).isTrue();
        assertThat(failure(() -> then.read("later")).code()).isEqualTo(ErrorCode.FILE_MISSING);
        assertThat(failure(() -> then.write("kept")).code())
            .isEqualTo(ErrorCode.FEATURE_NOT_SUPPORTED);
      }
      try (S3Storage then = new S3Storage(at(settings, after))) {
        assertThat(text(then, "kept")).isEqualTo("second and longer");
        assertThat(then.info("directory/removed")).isEmpty();
        assertThat(then.info("later")).isPresent();
      }
      assertThat(now.list("")).isEmpty();
    }
  }

  /** Times of versions have whole seconds: waits for the next one, and gives the one that ended. */
  private static Instant nextSecond() {
    long second = Instant.now().getEpochSecond();
    while (Instant.now().getEpochSecond() == second) {
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    return Instant.ofEpochSecond(second).plusMillis(999);
  }

  @Test
  void asksForWhatWasConfigured() throws IOException {
    S3Settings settings = server.settings("holdfast", "/asked");
    Map<String, String> tags = Map.of("purpose", "backup of pg", "team", "dba");
    FaultyFront front = new FaultyFront(server, TestCertificates.in(directory));
    front.plan(Integer.MAX_VALUE, _ -> true, new Fault.Answer(200, ""));
    S3ObjectOptions kms = new S3ObjectOptions("key-1", null, true, tags, 5 * 1024 * 1024);
    S3ObjectOptions ours =
        new S3ObjectOptions(null, CUSTOMER_KEY, false, Map.of(), 5 * 1024 * 1024);
    S3Settings through = front.settings(settings, Duration.ofSeconds(20), Duration.ofSeconds(20));
    try (front;
        S3Storage storage = new S3Storage(with(through, through.connection(), kms));
        S3Storage encrypted = new S3Storage(with(through, through.connection(), ours))) {
      put(storage, "file", "content");
      put(encrypted, "file", "content");
      encrypted.info("file");
    }
    Request put = front.requests().getFirst();
    assertThat(put.header("x-amz-server-side-encryption")).contains("aws:kms");
    assertThat(put.header("x-amz-server-side-encryption-aws-kms-key-id")).contains("key-1");
    assertThat(put.header("x-amz-tagging")).contains("purpose=backup%20of%20pg&team=dba");
    assertThat(put.header("x-amz-request-payer")).contains("requester");
    assertThat(put.header("content-md5")).contains("mgNkuembtIDdJeHwKEyFVQ==");
    assertThat(put.header("x-amz-content-sha256")).contains("UNSIGNED-PAYLOAD");
    assertThat(put.header("expect")).isEmpty();
    for (Request request : front.requests().subList(1, 3)) {
      assertThat(request.header("x-amz-server-side-encryption-customer-algorithm"))
          .contains("AES256");
      assertThat(request.header("x-amz-server-side-encryption-customer-key"))
          .contains(CUSTOMER_KEY);
      assertThat(request.header("x-amz-server-side-encryption-customer-key-md5")).isPresent();
    }
  }

  @Test
  void showsNoSecretInItsSettings() {
    S3Settings settings = server.settings("holdfast", "/");
    S3Settings secret =
        with(
            settings,
            settings.connection(),
            new S3ObjectOptions(null, CUSTOMER_KEY, false, Map.of(), 5 * 1024 * 1024));

    assertThat(secret.toString())
        .contains("holdfast")
        .doesNotContain(TestS3Server.KEY, TestS3Server.SECRET, CUSTOMER_KEY);
  }

  @Test
  void takesObjectsOfThreeTebibytesInPartsThatGrow() {
    long size = 0;
    for (int number = 1; number <= 10_000; number++) {
      size += S3MultipartUpload.partSize(5 * 1024 * 1024, number);
    }

    assertThat(S3MultipartUpload.partSize(5 * 1024 * 1024, 1000)).isEqualTo(5 * 1024 * 1024);
    assertThat(S3MultipartUpload.partSize(5 * 1024 * 1024, 1001)).isEqualTo(10 * 1024 * 1024);
    assertThat(size).isGreaterThan(3L << 40);
  }

  private static S3Connection connection(
      S3Settings settings,
      URI endpoint,
      @Nullable URI connectTo,
      boolean verifyTls,
      @Nullable Path caFile,
      @Nullable Path caPath,
      boolean pathStyle) {
    S3Connection usual = settings.connection();
    return new S3Connection(
        endpoint,
        connectTo,
        pathStyle,
        verifyTls,
        caFile,
        caPath,
        usual.ioTimeout(),
        usual.requestTimeout(),
        Duration.ofMillis(2));
  }

  private static S3Settings with(
      S3Settings settings, S3Connection connection, S3ObjectOptions objects) {
    return new S3Settings(
        settings.bucket(),
        settings.path(),
        settings.region(),
        settings.service(),
        connection,
        settings.credentials(),
        objects,
        settings.workers(),
        settings.targetTime());
  }

  private static S3Settings keys(S3Settings settings, S3Credentials credentials) {
    return new S3Settings(
        settings.bucket(),
        settings.path(),
        settings.region(),
        settings.service(),
        settings.connection(),
        credentials,
        settings.objects(),
        settings.workers(),
        null);
  }

  private static S3Settings at(S3Settings settings, Instant time) {
    return new S3Settings(
        settings.bucket(),
        settings.path(),
        settings.region(),
        settings.service(),
        settings.connection(),
        settings.credentials(),
        settings.objects(),
        settings.workers(),
        time);
  }

  private static HoldfastException failure(ThrowingCallable action) {
    return catchThrowableOfType(HoldfastException.class, action);
  }

  private static S3Refusal refusal(ThrowingCallable action) {
    return catchThrowableOfType(S3Refusal.class, action);
  }

  private static void put(S3Storage storage, String path, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    try (StorageOutput output = storage.write(path)) {
      output.write(bytes, 0, bytes.length);
      output.commit();
    }
  }

  private static String text(S3Storage storage, String path) throws IOException {
    try (InputStream input = storage.read(path)) {
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void assertReachable(S3Settings settings) {
    try (S3Storage storage = new S3Storage(settings)) {
      assertThat(storage.list("")).isEmpty();
    }
  }
}
