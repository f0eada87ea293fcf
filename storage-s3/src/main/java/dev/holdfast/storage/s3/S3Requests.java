package dev.holdfast.storage.s3;

import java.io.ByteArrayInputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedMultipartUpload;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/** Requests about objects, with the encryption and the tags that were asked for. */
final class S3Requests {
  private static final String MARK = "holdfast-write";
  private static final String CUSTOMER_ALGORITHM = "AES256";

  /** A connection that takes less than this a second counts as stalled. */
  private static final long SLOWEST_BYTES_PER_SECOND = 64 * 1024;

  private final String bucket;
  private final String prefix;
  private final S3ObjectOptions options;
  private final Duration ioTimeout;
  private final @Nullable String customerKeyMd5;
  private final @Nullable String tagging;

  S3Requests(S3Settings settings) {
    this.bucket = settings.bucket();
    this.prefix = settings.prefix();
    this.options = settings.objects();
    this.ioTimeout = settings.connection().ioTimeout();
    String key = options.customerKey();
    this.customerKeyMd5 = key == null ? null : customerKeyMd5(key);
    this.tagging = options.tags().isEmpty() ? null : tagging(options.tags());
  }

  private static String customerKeyMd5(String key) {
    byte[] bytes = Base64.getDecoder().decode(key);
    return md5(bytes, bytes.length);
  }

  private static String tagging(Map<String, String> tags) {
    return tags.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(tag -> encoded(tag.getKey()) + "=" + encoded(tag.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The bucket. */
  String bucket() {
    return bucket;
  }

  /** The key of a path of the repository. */
  String key(String path) {
    return prefix + path;
  }

  /** What the keys of everything below a directory begin with. */
  String below(String directory) {
    return directory.isEmpty() ? prefix : prefix + directory + "/";
  }

  /** The bytes that the store compares with the body: base64 of its MD5. */
  static String md5(byte[] body, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      digest.update(body, 0, length);
      return Base64.getEncoder().encodeToString(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  /** A body that the SDK reads in place, again for each attempt. */
  static RequestBody body(byte[] bytes, int length) {
    return RequestBody.fromContentProvider(
        () -> new ByteArrayInputStream(bytes, 0, length), length, "application/octet-stream");
  }

  /** A text that no other writer has. */
  static String newMark() {
    return UUID.randomUUID().toString();
  }

  /** What an object's metadata says about its writer; empty if nothing. */
  static String mark(Map<String, String> metadata) {
    return metadata.getOrDefault(MARK, "");
  }

  HeadObjectRequest head(String path, @Nullable String versionId) {
    HeadObjectRequest.Builder request =
        HeadObjectRequest.builder().bucket(bucket).key(key(path)).versionId(versionId);
    if (options.customerKey() != null) {
      request
          .sseCustomerAlgorithm(CUSTOMER_ALGORITHM)
          .sseCustomerKey(options.customerKey())
          .sseCustomerKeyMD5(customerKeyMd5);
    }
    return request.build();
  }

  /**
   * Bytes of an object.
   *
   * @param end the byte after the last; negative for all there are
   * @param etag what the object must still be; null for whatever it is
   */
  GetObjectRequest get(
      String path, @Nullable String versionId, long offset, long end, @Nullable String etag) {
    GetObjectRequest.Builder request =
        GetObjectRequest.builder().bucket(bucket).key(key(path)).versionId(versionId).ifMatch(etag);
    if (offset > 0 || end >= 0) {
      request.range("bytes=" + offset + "-" + (end < 0 ? "" : end - 1));
    }
    if (options.customerKey() != null) {
      request
          .sseCustomerAlgorithm(CUSTOMER_ALGORITHM)
          .sseCustomerKey(options.customerKey())
          .sseCustomerKeyMD5(customerKeyMd5);
    }
    return request.build();
  }

  /**
   * A whole object.
   *
   * @param mark what to put into its metadata; null for nothing
   * @param onlyNew whether the store shall refuse to replace an object
   */
  PutObjectRequest put(
      String path, byte[] body, int length, @Nullable String mark, boolean onlyNew) {
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .bucket(bucket)
            .key(key(path))
            .contentMD5(md5(body, length))
            .tagging(tagging)
            .overrideConfiguration(patience(length));
    if (mark != null) {
      request.metadata(Map.of(MARK, mark));
    }
    if (onlyNew) {
      request.ifNoneMatch("*");
    }
    if (options.kmsKeyId() != null) {
      request.serverSideEncryption(ServerSideEncryption.AWS_KMS).ssekmsKeyId(options.kmsKeyId());
    }
    if (options.customerKey() != null) {
      request
          .sseCustomerAlgorithm(CUSTOMER_ALGORITHM)
          .sseCustomerKey(options.customerKey())
          .sseCustomerKeyMD5(customerKeyMd5);
    }
    return request.build();
  }

  CreateMultipartUploadRequest begin(String path, String mark) {
    CreateMultipartUploadRequest.Builder request =
        CreateMultipartUploadRequest.builder()
            .bucket(bucket)
            .key(key(path))
            .contentType("application/octet-stream")
            .metadata(Map.of(MARK, mark))
            .tagging(tagging);
    if (options.kmsKeyId() != null) {
      request.serverSideEncryption(ServerSideEncryption.AWS_KMS).ssekmsKeyId(options.kmsKeyId());
    }
    if (options.customerKey() != null) {
      request
          .sseCustomerAlgorithm(CUSTOMER_ALGORITHM)
          .sseCustomerKey(options.customerKey())
          .sseCustomerKeyMD5(customerKeyMd5);
    }
    return request.build();
  }

  UploadPartRequest part(String path, String uploadId, int number, byte[] body, int length) {
    UploadPartRequest.Builder request =
        UploadPartRequest.builder()
            .bucket(bucket)
            .key(key(path))
            .uploadId(uploadId)
            .partNumber(number)
            .contentMD5(md5(body, length))
            .overrideConfiguration(patience(length));
    if (options.customerKey() != null) {
      request
          .sseCustomerAlgorithm(CUSTOMER_ALGORITHM)
          .sseCustomerKey(options.customerKey())
          .sseCustomerKeyMD5(customerKeyMd5);
    }
    return request.build();
  }

  CompleteMultipartUploadRequest complete(
      String path, String uploadId, CompletedMultipartUpload parts, boolean onlyNew) {
    CompleteMultipartUploadRequest.Builder request =
        CompleteMultipartUploadRequest.builder()
            .bucket(bucket)
            .key(key(path))
            .uploadId(uploadId)
            .multipartUpload(parts);
    if (onlyNew) {
      request.ifNoneMatch("*");
    }
    return request.build();
  }

  CopyObjectRequest copy(String from, String to) {
    CopyObjectRequest.Builder request =
        CopyObjectRequest.builder()
            .sourceBucket(bucket)
            .sourceKey(key(from))
            .destinationBucket(bucket)
            .destinationKey(key(to));
    if (options.kmsKeyId() != null) {
      request.serverSideEncryption(ServerSideEncryption.AWS_KMS).ssekmsKeyId(options.kmsKeyId());
    }
    if (options.customerKey() != null) {
      request
          .copySourceSSECustomerAlgorithm(CUSTOMER_ALGORITHM)
          .copySourceSSECustomerKey(options.customerKey())
          .copySourceSSECustomerKeyMD5(customerKeyMd5)
          .sseCustomerAlgorithm(CUSTOMER_ALGORITHM)
          .sseCustomerKey(options.customerKey())
          .sseCustomerKeyMD5(customerKeyMd5);
    }
    return request.build();
  }

  /**
   * A socket's own time limit is about reads: one that takes no more bytes would hold us forever.
   */
  private AwsRequestOverrideConfiguration patience(int length) {
    return AwsRequestOverrideConfiguration.builder()
        .apiCallAttemptTimeout(
            ioTimeout.multipliedBy(2).plusSeconds(length / SLOWEST_BYTES_PER_SECOND))
        .build();
  }
}
