package dev.holdfast.storage.s3;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The last step of a write: the one that makes an object appear. See the package's story. */
final class S3Writes {
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;
  private static final int NOT_IMPLEMENTED = 501;
  private static final int LOCKS = 64;

  private final Supplier<S3Client> client;
  private final S3Requests requests;
  private final S3Failure failures;
  private final S3Present present;

  /** Exclusive writers of one process to one path follow each other. */
  private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

  S3Writes(Supplier<S3Client> client, S3Requests requests, S3Failure failures, S3Present present) {
    this.client = client;
    this.requests = requests;
    this.failures = failures;
    this.present = present;
    for (int number = 0; number < LOCKS; number++) {
      locks[number] = new ReentrantLock();
    }
  }

  S3Failure failures() {
    return failures;
  }

  /** Begins an upload in parts. */
  S3MultipartUpload begin(String path) {
    return new S3MultipartUpload(client.get(), requests, failures, path, S3Requests.newMark());
  }

  /** Stores a whole object. */
  void put(String path, byte[] body, int length, boolean exclusive) {
    if (!exclusive) {
      client
          .get()
          .putObject(requests.put(path, body, length, null, false), S3Requests.body(body, length));
      return;
    }
    String mark = S3Requests.newMark();
    alone(
        path,
        mark,
        onlyNew ->
            client
                .get()
                .putObject(
                    requests.put(path, body, length, mark, onlyNew),
                    S3Requests.body(body, length)));
  }

  /** Makes an object of parts, and compares its length with what was sent. */
  void complete(String path, S3MultipartUpload parts, boolean exclusive) {
    if (exclusive) {
      alone(path, parts.mark(), parts::complete);
    } else {
      try {
        parts.complete(false);
      } catch (S3Exception e) {
        // The first answer was lost, and the store no longer knows what it has already done.
        if (e.statusCode() != NOT_FOUND || !isMine(path, parts.mark())) {
          throw e;
        }
      }
    }
    Optional<S3Object> stored = present.find(path);
    boolean mine = stored.isPresent() && stored.get().mark().equals(parts.mark());
    if (stored.isEmpty() || (mine && stored.get().size() != parts.size())) {
      throw failures.of(
          ErrorCode.FILE_WRITE,
          path,
          "was sent with %d bytes, and the store has %s"
              .formatted(
                  parts.size(),
                  stored.isEmpty() ? "no such object" : stored.get().size() + " of them"));
    }
  }

  /** Sends what makes an object appear, with or without the condition that it is new. */
  @FunctionalInterface
  private interface Step {
    void run(boolean onlyNew);
  }

  private void alone(String path, String mark, Step step) {
    ReentrantLock lock = locks[Math.floorMod(path.hashCode(), LOCKS)];
    lock.lock();
    try {
      if (present.find(path).isPresent()) {
        throw exists(path);
      }
      conditionally(path, mark, step);
      if (!isMine(path, mark)) {
        throw exists(path);
      }
    } finally {
      lock.unlock();
    }
  }

  private void conditionally(String path, String mark, Step step) {
    try {
      step.run(true);
    } catch (S3Exception e) {
      switch (e.statusCode()) {
        case NOT_IMPLEMENTED -> step.run(false);
        case PRECONDITION_FAILED, CONFLICT, NOT_FOUND -> {
          // Refused because of somebody else's object, or of ours, whose answer was lost.
          if (!isMine(path, mark)) {
            throw e.statusCode() == NOT_FOUND ? e : exists(path);
          }
        }
        default -> throw e;
      }
    }
  }

  private boolean isMine(String path, String mark) {
    return present.find(path).filter(object -> object.mark().equals(mark)).isPresent();
  }

  private HoldfastException exists(String path) {
    return failures.of(ErrorCode.FILE_EXISTS, path, "already exists");
  }

  /** Whether a failure says that what was to be removed is not there. */
  boolean isGone(SdkException failure) {
    return failure instanceof S3Exception refusal && refusal.statusCode() == NOT_FOUND;
  }
}
