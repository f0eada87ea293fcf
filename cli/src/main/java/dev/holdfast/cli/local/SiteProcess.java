package dev.holdfast.cli.local;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A daemon of a local cluster. It is a session of its own, so that a signal to a terminal's process
 * group ends it not, and it is known by its configuration file, which no other process is given.
 */
final class SiteProcess {
  private static final Duration KILL = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(5);

  private final LocalProgram program;
  private final String verb;
  private final Path configuration;
  private final List<String> arguments;
  private final Path log;

  /**
   * A process, whether it runs or not.
   *
   * @param arguments further ones than its configuration file
   * @param log where its output is added
   */
  SiteProcess(
      LocalProgram program, String verb, Path configuration, List<String> arguments, Path log) {
    this.program = program;
    this.verb = verb;
    this.configuration = configuration;
    this.arguments = List.copyOf(arguments);
    this.log = log;
  }

  /** Its process, and those that are about to become it; a zombie is none. */
  List<Long> running() {
    return find(words -> words.contains(verb) && words.contains("--config=" + configuration));
  }

  /** The processes that have a path in their arguments, also as a part of one. */
  static List<Long> mentioning(Path path) {
    return find(words -> words.stream().anyMatch(word -> word.contains(path.toString())));
  }

  private static List<Long> find(Predicate<List<String>> wanted) {
    List<Long> found = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (wanted.test(words(process.resolve("cmdline")))) {
          found.add(Long.valueOf(String.valueOf(process.getFileName())));
        }
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to list the processes: " + e.getMessage(), e);
    }
    return found;
  }

  private static List<String> words(Path commandLine) {
    try {
      return List.of(Files.readString(commandLine, StandardCharsets.ISO_8859_1).split("\0"));
    } catch (IOException e) {
      // It has ended meanwhile.
      return List.of();
    }
  }

  /** Launches it. */
  void start() {
    // The log is opened by its owner: root would follow a link to wherever.
    List<String> words = new ArrayList<>();
    words.addAll(List.of("sh", "-c", "exec \"$@\" >>\"$0\" 2>&1", log.toString()));
    words.addAll(List.of(program.script().toString(), verb, "--config=" + configuration));
    words.addAll(arguments);
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.addAll(program.owner().command(words));
    ProcessBuilder builder = new ProcessBuilder(command);
    LocalProgram.cleanEnvironment().keySet().forEach(builder.environment()::remove);
    try {
      builder
          .directory(Path.of("/").toFile())
          .redirectInput(Path.of("/dev/null").toFile())
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.EXECUTE, "unable to start '" + command.getFirst() + "': " + e.getMessage(), e);
    }
  }

  /** Kills it (SIGKILL). */
  void kill() {
    signal(ProcessHandle::destroyForcibly, KILL);
  }

  /** Asks it to end, and kills it when it does not within the time. */
  void end(Duration patience) {
    if (!signal(ProcessHandle::destroy, patience)) {
      kill();
    }
  }

  private boolean signal(Consumer<ProcessHandle> signal, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    List<Long> found = running();
    found.forEach(pid -> ProcessHandle.of(pid).ifPresent(signal));
    while (!found.isEmpty()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      LockSupport.parkNanos(POLL.toNanos());
      found = running();
    }
    return true;
  }
}
