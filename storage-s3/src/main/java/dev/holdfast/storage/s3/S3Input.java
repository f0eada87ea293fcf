package dev.holdfast.storage.s3;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageInput;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Reads a range of an object, and never ends before the range does without saying so. A connection
 * that breaks is replaced by a new one from the byte where it broke.
 */
final class S3Input extends StorageInput {
  /** Opens the object from a byte on, if it still is what an ETag says. */
  @FunctionalInterface
  interface Source {
    ResponseInputStream<GetObjectResponse> open(long offset, long end, @Nullable String etag);
  }

  private static final int REOPENINGS = 8;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** Up to this, reading the rest of an answer is cheaper than a new connection. */
  private static final int WORTH_DRAINING = 64 * 1024;

  private final String path;
  private final Source source;
  private final S3Failure failures;
  private final Duration pause;
  private final long end;
  private final @Nullable String etag;
  private @Nullable ResponseInputStream<GetObjectResponse> answer;
  private long position;
  private long answerEnd;
  private int reopened;

  /**
   * Continues an answer.
   *
   * @param offset the object's byte that the answer begins with
   * @param answered how many bytes the answer has
   * @param end the byte after the last that is wanted
   * @param pause the shortest wait before a broken connection is replaced
   */
  S3Input(
      String path,
      Source source,
      S3Failure failures,
      Duration pause,
      ResponseInputStream<GetObjectResponse> answer,
      long offset,
      long answered,
      long end) {
    this.path = path;
    this.source = source;
    this.failures = failures;
    this.pause = pause;
    this.answer = answer;
    this.etag = answer.response().eTag();
    this.position = offset;
    this.answerEnd = Math.addExact(offset, answered);
    this.end = end;
  }

  @Override
  protected int readSome(byte[] bytes, int offset, int length) {
    if (position >= end) {
      return -1;
    }
    if (position >= answerEnd) {
      throw failures.of(
          ErrorCode.FILE_READ,
          path,
          "ends at byte " + answerEnd + " although " + end + " bytes were expected",
          "The object may be truncated.");
    }
    int wanted = (int) Math.min(length, Math.min(end, answerEnd) - position);
    while (true) {
      int count = tryRead(bytes, offset, wanted);
      if (count > 0) {
        position += count;
        return count;
      }
    }
  }

  /** Reads something; when the connection broke, replaces it and gives 0. */
  private int tryRead(byte[] bytes, int offset, int wanted) {
    ResponseInputStream<GetObjectResponse> open = answer == null ? reopen() : answer;
    try {
      int count = open.read(bytes, offset, wanted);
      if (count > 0) {
        return count;
      }
      broken("the answer ended early", null);
    } catch (IOException | SdkException e) {
      broken(String.valueOf(e.getMessage()), e);
    }
    return 0;
  }

  private void broken(String why, @Nullable Exception cause) {
    abort();
    reopened++;
    if (reopened > REOPENINGS) {
      throw new HoldfastException(
          ErrorCode.FILE_READ,
          failures.name(path)
              + " broke off at byte "
              + position
              + " of "
              + end
              + ", "
              + reopened
              + " times: "
              + why,
          cause,
          "look for what ends connections: the store, a proxy, the network.");
    }
    long longest = Math.min(pause.toNanos() << reopened, LONGEST_PAUSE.toNanos());
    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(longest / 2, longest));
    if (Thread.interrupted()) {
      Thread.currentThread().interrupt();
      throw failures.of(ErrorCode.TERM, path, "was not read further: interrupted");
    }
  }

  private ResponseInputStream<GetObjectResponse> reopen() {
    ResponseInputStream<GetObjectResponse> open = source.open(position, answerEnd, etag);
    answer = open;
    Long length = open.response().contentLength();
    if (length != null && length != answerEnd - position) {
      abort();
      throw failures.of(
          ErrorCode.FILE_READ,
          path,
          "was " + answerEnd + " bytes long, and has " + length + " after byte " + position,
          "It was replaced while it was read, or the store does not answer to ranges.");
    }
    return open;
  }

  @Override
  public int available() {
    return (int) Math.min(Integer.MAX_VALUE, Math.max(0, Math.min(end, answerEnd) - position));
  }

  private void abort() {
    ResponseInputStream<GetObjectResponse> open = answer;
    answer = null;
    if (open != null) {
      open.abort();
    }
  }

  @Override
  public void close() {
    ResponseInputStream<GetObjectResponse> open = answer;
    answer = null;
    if (open == null) {
      return;
    }
    if (answerEnd - position > WORTH_DRAINING) {
      open.abort();
      return;
    }
    try {
      // To its very end, so that the connection serves the next request.
      open.skip(Long.MAX_VALUE);
      open.close();
    } catch (IOException | SdkException e) {
      // What was asked for has been read; only the connection is lost.
      open.abort();
    }
  }
}
