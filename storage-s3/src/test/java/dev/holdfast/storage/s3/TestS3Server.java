package dev.holdfast.storage.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.PutBucketVersioningRequest;

/**
 * A real S3 server that checks signatures, over TLS (its certificate is signed by an authority of
 * its own) and without, whose buckets are directories.
 */
public final class TestS3Server implements AutoCloseable {
  /** The access key that the server knows. */
  public static final String KEY = "HOLDFASTKEY";

  /** Its secret. */
  public static final String SECRET = "holdfast/secret+key";

  private final S3Proxy server;
  private final BlobStore blobs;
  private final TestCertificates certificates;
  private final Path buckets;

  private TestS3Server(
      S3Proxy server, BlobStore blobs, TestCertificates certificates, Path buckets) {
    this.server = server;
    this.blobs = blobs;
    this.certificates = certificates;
    this.buckets = buckets;
  }

  /** Starts a server that keeps its certificates and buckets in a directory. */
  public static TestS3Server start(Path directory) {
    return start(directory, 0);
  }

  /** Starts one on a port of 127.0.0.1 for TLS, 0 for any. */
  public static TestS3Server start(Path directory, int port) {
    return start(directory, port, "filesystem-nio2", S3Proxy.builder());
  }

  /**
   * Starts one whose buckets are in memory and stand in the host's name: {@code bucket.s3.test}.
   */
  static TestS3Server startByHostName(Path directory) {
    return start(directory, 0, "transient-nio2", S3Proxy.builder().virtualHost("s3.test"));
  }

  /** Starts one that can keep versions, and keeps its buckets in memory. */
  public static TestS3Server startWithVersions(Path directory) {
    return start(directory, 0, "transient-nio2", S3Proxy.builder());
  }

  /** Starts one that also takes the session tokens of temporary credentials, unseen. */
  public static TestS3Server startWithSessions(Path directory) {
    return start(directory, 0, "filesystem-nio2", S3Proxy.builder().ignoreUnknownHeaders(true));
  }

  private static TestS3Server start(
      Path directory, int port, String store, S3Proxy.Builder builder) {
    try {
      TestCertificates certificates = TestCertificates.in(directory);
      Path buckets = Files.createDirectories(directory.resolve("buckets"));
      Properties properties = new Properties();
      properties.setProperty("jclouds.filesystem.basedir", buckets.toString());
      BlobStore blobs = BlobStores.create(store, properties);
      S3Proxy server =
          builder
              .blobStore(blobs)
              .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY, SECRET)
              .endpoint(URI.create("http://127.0.0.1:0"))
              .secureEndpoint(URI.create("https://127.0.0.1:" + port))
              .sslContext(certificates.serverContext())
              .v4MaxNonChunkedRequestSize(1L << 30)
              .build();
      server.start();
      return new TestS3Server(server, blobs, certificates, buckets);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Exception e) {
      throw new IllegalStateException("the S3 server does not start", e);
    }
  }

  /** Makes a bucket. */
  public String bucket(String name) {
    blobs.createContainer(CreateBucketRequest.builder().bucket(name).build());
    return name;
  }

  /** Makes a bucket that keeps versions. */
  public String versionedBucket(String name) {
    bucket(name);
    blobs.putBucketVersioning(
        PutBucketVersioningRequest.builder()
            .bucket(name)
            .versioningConfiguration(
                configuration -> configuration.status(BucketVersioningStatus.ENABLED))
            .build());
    return name;
  }

  /** How many uploads in parts were begun and neither completed nor aborted. */
  public int openUploads(String bucket) {
    return blobs.listMultipartUploads(bucket).size();
  }

  /** The directory that is the bucket. */
  public Path directory(String bucket) {
    return buckets.resolve(bucket);
  }

  /** The authority that signed the server's certificate. */
  public Path caFile() {
    return certificates.authority();
  }

  /** The port of 127.0.0.1 for TLS. */
  public int port() {
    return server.getSecurePort();
  }

  /** The port of 127.0.0.1 without TLS. */
  public int plainPort() {
    return server.getPort();
  }

  /** How to reach the server over TLS. */
  public S3Connection connection() {
    return new S3Connection(
        URI.create("https://127.0.0.1:" + port()),
        null,
        true,
        true,
        caFile(),
        null,
        Duration.ofSeconds(20),
        Duration.ofSeconds(60),
        Duration.ofMillis(20));
  }

  /** A repository in a bucket of this server. */
  public S3Settings settings(String bucket, String path) {
    return new S3Settings(
        bucket,
        path,
        "us-east-1",
        "s3",
        connection(),
        new S3Credentials.Shared(KEY, SECRET, null),
        new S3ObjectOptions(null, null, false, Map.of(), 5 * 1024 * 1024),
        4,
        null);
  }

  /** The options of a repository in a bucket of this server, as pgBackRest calls them. */
  public List<Map.Entry<String, String>> options(String bucket) {
    return options(bucket, port(), caFile());
  }

  static List<Map.Entry<String, String>> options(String bucket, int port, Path caFile) {
    return List.of(
        Map.entry("type", "s3"),
        Map.entry("s3-bucket", bucket),
        // pgBackRest finds only names in certificates, no addresses.
        Map.entry("s3-endpoint", "localhost"),
        Map.entry("storage-port", Integer.toString(port)),
        Map.entry("s3-region", "us-east-1"),
        Map.entry("s3-uri-style", "path"),
        Map.entry("s3-key", KEY),
        Map.entry("s3-key-secret", SECRET),
        Map.entry("storage-ca-file", caFile.toString()));
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the S3 server does not stop", e);
    }
  }
}
