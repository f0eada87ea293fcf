package dev.holdfast.postgres.process;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The server process of a data directory, proven to be it: the number in {@code postmaster.pid} may
 * belong to another program after a crash.
 */
final class Postmaster {
  private static final int KILL_SECONDS = 20;

  private final ProcessHandle process;

  private Postmaster(ProcessHandle process) {
    this.process = process;
  }

  static Optional<Postmaster> of(Path data) {
    try {
      List<String> lines =
          Files.readAllLines(data.resolve("postmaster.pid"), StandardCharsets.UTF_8);
      if (lines.isEmpty()) {
        return Optional.empty();
      }
      long pid = Long.parseLong(lines.getFirst().strip());
      // A postmaster's working directory is its data directory.
      Path directory = Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "cwd"));
      return directory.equals(data.toRealPath())
          ? ProcessHandle.of(pid).map(Postmaster::new)
          : Optional.empty();
    } catch (NoSuchFileException | AccessDeniedException | NumberFormatException e) {
      // Another user's process may have the number now.
      return Optional.empty();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ,
          "unable to find out whether PostgreSQL runs on '" + data + "': " + e.getMessage(),
          e);
    }
  }

  /** Its process's number. */
  long pid() {
    return process.pid();
  }

  /** The postmaster first, so that it starts no further processes; then those it has started. */
  void kill() {
    List<ProcessHandle> children = process.descendants().toList();
    Stream.concat(Stream.of(process), children.stream()).forEach(ProcessHandle::destroyForcibly);
    Stream.concat(Stream.of(process), children.stream()).forEach(Postmaster::awaitEnd);
  }

  private static void awaitEnd(ProcessHandle handle) {
    try {
      handle.onExit().get(KILL_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HoldfastException(ErrorCode.TERM, "interrupted while stopping PostgreSQL", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new HoldfastException(
          ErrorCode.EXECUTE, "the process " + handle.pid() + " does not end", e);
    }
  }
}
