package dev.holdfast.postgres.process;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Every PostgreSQL process of a data directory, with or without a postmaster. A backend outlives a
 * postmaster that was killed for as long as it computes, and can commit: a cluster has stopped when
 * none of its processes is left, not when its postmaster is gone.
 *
 * <p>They are found by what no stale file can pretend: each has the data directory as its working
 * directory, and one of PostgreSQL's names. The kernel takes the working directory from a process
 * that ends after it has closed its files; what nobody has waited for yet is not counted.
 */
public final class ClusterProcesses {
  private static final Path PROC = Path.of("/proc");

  /** The programs' names; {@code postmaster} was a link to {@code postgres} before version 16. */
  private static final Set<String> NAMES = Set.of("postgres", "postmaster");

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);

  private final Path data;

  /** Looks at one data directory, which need not exist any more. */
  public ClusterProcesses(Path data) {
    this.data = data;
  }

  /**
   * Their numbers, in no order.
   *
   * @throws HoldfastException access (105) when a PostgreSQL process of the directory's owner
   *     cannot be looked at: it may be one; file-read (42)
   */
  public List<Long> running() {
    List<Long> found = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (isOfCluster(process)) {
          found.add(Long.parseLong(String.valueOf(process.getFileName())));
        }
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to look at the processes of '" + data + "': " + e, e);
    }
    return found;
  }

  private boolean isOfCluster(Path process) throws IOException {
    try {
      if (!NAMES.contains(Files.readString(process.resolve("comm")).strip())) {
        return false;
      }
      // Of a directory that was removed, the kernel says so behind its name.
      String directory = Files.readSymbolicLink(process.resolve("cwd")).toString();
      return directory.equals(real().toString()) || directory.equals(real() + " (deleted)");
    } catch (NoSuchFileException e) {
      // It has ended meanwhile.
      return false;
    } catch (AccessDeniedException e) {
      if (isOfSomebodyElse(process)) {
        return false;
      }
      throw new HoldfastException(
          ErrorCode.ACCESS,
          "unable to tell whether process " + process.getFileName() + " is of '" + data + "'",
          e,
          "Run as the user that PostgreSQL runs as, or as root.");
    } catch (IOException e) {
      if (Files.exists(process.resolve("comm"))) {
        throw e;
      }
      // The kernel says "no such process" in the middle of a read, too.
      return false;
    }
  }

  /** Of a directory that is not there, processes can only be ours. */
  private boolean isOfSomebodyElse(Path process) throws IOException {
    try {
      Path owned = Files.exists(data) ? data : PROC.resolve("self");
      return !Files.getOwner(process).equals(Files.getOwner(owned));
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  private Path real() throws IOException {
    return Files.exists(data) ? data.toRealPath() : data.toAbsolutePath().normalize();
  }

  /**
   * Kills them (SIGKILL), and looks again until none is left: one may just have been started.
   *
   * @return how many were killed
   * @throws HoldfastException pg-running (38) when some are left in the end, for example because a
   *     disk does not answer
   */
  public int killAll(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    Set<Long> killed = new HashSet<>();
    List<Long> left = running();
    while (!left.isEmpty()) {
      for (long pid : left) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        killed.add(pid);
      }
      if (System.nanoTime() - deadline > 0) {
        throw new HoldfastException(
            ErrorCode.PG_RUNNING,
            "processes %s of '%s' do not end within %d ms of SIGKILL"
                .formatted(left, data, timeout.toMillis()),
            "A process that waits for a disk ends when the disk answers: is its device well?");
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      left = running();
    }
    return killed.size();
  }
}
