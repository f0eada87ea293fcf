package dev.holdfast.storage.s3;

import dev.holdfast.domain.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedMultipartUpload;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** The parts of one object on their way to the store. Used by one thread; sends from others. */
final class S3MultipartUpload {
  /** How many parts are on their way at a time. */
  static final int PARTS_AT_ONCE = 2;

  /** The store takes no more parts. */
  private static final int MOST_PARTS = 10_000;

  /** After so many parts their size doubles, so that an object can be large. */
  private static final int PARTS_OF_A_SIZE = 1_000;

  private final S3Client client;
  private final S3Requests requests;
  private final S3Failure failures;
  private final String path;
  private final String mark;
  private final String uploadId;
  private final List<FutureTask<CompletedPart>> parts = new ArrayList<>();
  private final ArrayBlockingQueue<byte[]> sent = new ArrayBlockingQueue<>(PARTS_AT_ONCE + 1);
  private long size;

  S3MultipartUpload(
      S3Client client, S3Requests requests, S3Failure failures, String path, String mark) {
    this.client = client;
    this.requests = requests;
    this.failures = failures;
    this.path = path;
    this.mark = mark;
    this.uploadId = client.createMultipartUpload(requests.begin(path, mark)).uploadId();
  }

  /** What was put into the object's metadata. */
  String mark() {
    return mark;
  }

  /** Bytes of all parts. */
  long size() {
    return size;
  }

  /** The size of a part: the configured one for the first parts, more for the later ones. */
  static int partSize(int configured, int number) {
    int doublings = Math.min((number - 1) / PARTS_OF_A_SIZE, 16);
    return (int) Math.min((long) configured << doublings, S3ObjectOptions.LARGEST_PART);
  }

  /**
   * Sends a part; the array belongs to the upload from now on. Waits while too many are on their
   * way, and throws what an earlier one met.
   *
   * @return an array to fill with the next part, of that part's size
   */
  byte[] send(byte[] part, int length, int configuredSize) {
    int number = parts.size() + 1;
    if (number > MOST_PARTS) {
      throw failures.of(
          ErrorCode.FILE_WRITE,
          path,
          "is too large for an upload in " + MOST_PARTS + " parts",
          "raise repo-storage-upload-chunk-size.");
    }
    if (number > PARTS_AT_ONCE) {
      await(parts.get(number - 1 - PARTS_AT_ONCE));
    }
    FutureTask<CompletedPart> sending = new FutureTask<>(() -> upload(number, part, length));
    parts.add(sending);
    size += length;
    Thread.ofVirtual().name("s3-part-" + number).start(sending);
    byte[] free = sent.poll();
    int wanted = partSize(configuredSize, number + 1);
    return free != null && free.length == wanted ? free : new byte[wanted];
  }

  private CompletedPart upload(int number, byte[] part, int length) {
    String etag =
        client
            .uploadPart(
                requests.part(path, uploadId, number, part, length), S3Requests.body(part, length))
            .eTag();
    sent.offer(part);
    return CompletedPart.builder().partNumber(number).eTag(etag).build();
  }

  private CompletedPart await(FutureTask<CompletedPart> part) {
    try {
      return part.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case SdkException failure -> throw failure;
        case RuntimeException other -> throw other;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException | CancellationException e) {
      Thread.currentThread().interrupt();
      throw failures.of(ErrorCode.TERM, path, "was not written: interrupted");
    }
  }

  /** Waits for all parts, and makes them one object. */
  void complete(boolean onlyNew) {
    List<CompletedPart> all = new ArrayList<>();
    for (FutureTask<CompletedPart> part : parts) {
      all.add(await(part));
    }
    client.completeMultipartUpload(
        requests.complete(
            path, uploadId, CompletedMultipartUpload.builder().parts(all).build(), onlyNew));
  }

  /**
   * Makes the store forget the parts. Those on their way are waited for, because the store would
   * keep what arrives later.
   *
   * @return why it did not work; null when it did
   */
  @Nullable SdkException abort() {
    for (FutureTask<CompletedPart> part : parts) {
      try {
        part.get();
      } catch (ExecutionException e) {
        // It is being given up because of this.
        continue;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    try {
      client.abortMultipartUpload(
          AbortMultipartUploadRequest.builder()
              .bucket(requests.bucket())
              .key(requests.key(path))
              .uploadId(uploadId)
              .build());
      return null;
    } catch (SdkException e) {
      return e;
    }
  }
}
