package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.file.DurableFile;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The process beside the keeper that ends PostgreSQL when the lease on disk is over, though the
 * keeper stands still or is dead: a shell script, in a session of its own, so that it outlives the
 * keeper. It ends by itself when there is nothing to guard.
 *
 * <p>The script lies in the keeper's directory, and is replaced as a whole: one that runs goes on
 * with the text it began with, whatever becomes of the program.
 */
final class DeadMan {
  private static final String SCRIPT = "dead-man.sh";

  /** So many starts in vain, two seconds, are no bad luck any more. */
  private static final int FEW_STARTS = 4;

  private static final Duration BETWEEN_STARTS = Duration.ofMillis(500);

  private final Path script;
  private final Path lease;
  private final Path data;
  private final File log;
  private long notBefore = System.nanoTime();
  private int starts;

  /**
   * Starts nothing yet.
   *
   * @param lease the keeper's file of the lease
   * @param data PostgreSQL's data directory
   */
  DeadMan(Path lease, Path data) {
    this.script = lease.resolveSibling(SCRIPT);
    this.lease = lease;
    this.data = data;
    this.log = lease.resolveSibling("dead-man.log").toFile();
  }

  /** Whether one is there that guards this data directory. */
  boolean isUp() {
    OptionalLong process = process();
    return process.isPresent() && words(process.getAsLong()).equals(command());
  }

  /** Whether it is worth looking often: one was started a moment ago. */
  boolean isComing() {
    return starts <= FEW_STARTS;
  }

  /**
   * Has one started where none is; that it is up is seen a moment later.
   *
   * @throws HoldfastException execute (102) when it cannot be started, or never comes up; it is
   *     tried again all the same; file-write (64)
   */
  void ensure() {
    if (System.nanoTime() - notBefore < 0) {
      return;
    }
    if (isUp()) {
      starts = 0;
      return;
    }
    starts++;
    notBefore = System.nanoTime() + BETWEEN_STARTS.toNanos();
    OptionalLong other = process();
    if (other.isPresent() && words(other.getAsLong()).contains(script.toString())) {
      // Of another data directory, which this keeper had before.
      ProcessHandle.of(other.getAsLong()).ifPresent(ProcessHandle::destroyForcibly);
    }
    DurableFile.write(script, text());
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.addAll(command());
    try {
      new ProcessBuilder(command)
          .directory(new File("/"))
          .redirectInput(new File("/dev/null"))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
          .start();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.EXECUTE,
          "unable to start the dead-man process: " + e.getMessage(),
          e,
          "It needs sh, setsid and flock (util-linux). Without it this node does not begin to"
              + " write under a lease.");
    }
    if (!isComing()) {
      throw new HoldfastException(
          ErrorCode.EXECUTE,
          "the dead-man process does not come up",
          "Its reason is in '"
              + log
              + "'. Without it this node does not begin to write under a lease.");
    }
  }

  private List<String> command() {
    return List.of("sh", script.toString(), lease.toString(), real().toString());
  }

  private Path real() {
    try {
      return Files.exists(data) ? data.toRealPath() : data.toAbsolutePath().normalize();
    } catch (IOException e) {
      return data.toAbsolutePath().normalize();
    }
  }

  /** The number that the running one has written, or one that is gone. */
  private OptionalLong process() {
    try {
      String number = Files.readString(lease.resolveSibling(lease.getFileName() + ".guard"));
      return OptionalLong.of(Long.parseLong(number.strip()));
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** The command line of a process; empty when there is none of this number. */
  private static List<String> words(long pid) {
    try {
      String line = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
      return List.of(line.split("\0"));
    } catch (IOException e) {
      return List.of();
    }
  }

  private static byte[] text() {
    try (InputStream resource =
        Objects.requireNonNull(DeadMan.class.getResourceAsStream(SCRIPT), SCRIPT)) {
      return resource.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
