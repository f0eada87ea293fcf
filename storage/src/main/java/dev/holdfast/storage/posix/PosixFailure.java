package dev.holdfast.storage.posix;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns what the file system refuses into an error that names the path and says what to do. */
final class PosixFailure {
  /** A file system with less than this free is taken for full: no error number reaches Java. */
  private static final long FULL_BELOW_BYTES = 64 * 1024;

  private PosixFailure() {}

  /** The error for a listing that failed in its middle. */
  static HoldfastException of(
      ErrorCode code, String action, Path path, DirectoryIteratorException cause) {
    IOException unwrapped = cause.getCause();
    return of(code, action, path, unwrapped == null ? new IOException(cause) : unwrapped);
  }

  /**
   * The error for a failed call.
   *
   * @param action what was tried, as in "unable to ACTION 'path'"
   */
  static HoldfastException of(ErrorCode code, String action, Path path, IOException cause) {
    if (cause instanceof ClosedByInterruptException) {
      return new HoldfastException(
          ErrorCode.TERM, "interrupted while trying to " + action + " '" + path + "'", cause);
    }
    List<String> hints = new ArrayList<>();
    String reason = reason(cause);
    Path existing = nearestExisting(path);
    if (cause instanceof AccessDeniedException || reason.contains("not permitted")) {
      hints.add(
          "Does the user '"
              + System.getProperty("user.name")
              + "' have the permissions it needs on '"
              + path
              + "' and on the directories above it?");
    } else if (isReadOnly(existing)) {
      hints.add("The file system that holds '" + path + "' is mounted read-only.");
    } else if (isFull(reason, existing)) {
      hints.add("The file system that holds '" + path + "' is full: free space or inodes on it.");
    } else if (reason.contains("quota")) {
      hints.add("The disk quota is used up.");
    } else if (reason.contains("Too many open files")) {
      hints.add("Raise the limit of open files (ulimit -n) or lower process-max.");
    }
    return new HoldfastException(
        code,
        "unable to " + action + " '" + path + "': " + reason,
        cause,
        hints.toArray(String[]::new));
  }

  /** The system's own words, without the path that the JDK puts in front of them. */
  private static String reason(IOException cause) {
    if (cause instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (cause instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    String text =
        cause instanceof FileSystemException detailed ? detailed.getReason() : cause.getMessage();
    return text == null ? cause.getClass().getSimpleName() : text;
  }

  /**
   * The words come in the language of the locale, so the file system itself is asked too. Asking
   * alone would not do either: inodes run out while bytes are free.
   */
  private static boolean isFull(String reason, @Nullable Path existing) {
    if (reason.contains("No space left")) {
      return true;
    }
    try {
      return existing != null && Files.getFileStore(existing).getUsableSpace() < FULL_BELOW_BYTES;
    } catch (IOException e) {
      return false; // Only a hint depends on it; the error itself is reported anyway.
    }
  }

  private static boolean isReadOnly(@Nullable Path existing) {
    try {
      return existing != null && Files.getFileStore(existing).isReadOnly();
    } catch (IOException e) {
      return false; // Only a hint depends on it; the error itself is reported anyway.
    }
  }

  private static @Nullable Path nearestExisting(Path path) {
    Path existing = path;
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    return existing;
  }
}
