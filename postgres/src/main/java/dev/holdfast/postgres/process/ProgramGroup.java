package dev.holdfast.postgres.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A program and all that it starts, in a session and so a process group of their own ({@code
 * setsid(1)}): what the program has started is ended with it, also what it starts just now, and
 * nothing else.
 */
final class ProgramGroup {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Path PROC = Path.of("/proc");

  private ProgramGroup() {}

  /** How the program is started so; the process that is started stays the program's. */
  static List<String> words(List<String> command) {
    List<String> words = new ArrayList<>(List.of("setsid"));
    words.addAll(command);
    return words;
  }

  /** Kills the group, if its first process lives: its number is nobody else's then. */
  static void end(Process first) {
    if (first.isAlive() && !kill(first.pid())) {
      // It has not come to making a group of its own yet, nor to starting anything.
      first.destroyForcibly();
    }
  }

  /**
   * Kills the groups whose first process was started with words that begin with these.
   *
   * @param beginning of the command, with something that nobody else's has
   */
  static void endAll(List<String> beginning) {
    String wanted = String.join("\0", beginning) + "\0";
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (commandLine(process).startsWith(wanted)) {
          kill(Long.parseLong(String.valueOf(process.getFileName())));
        }
      }
    } catch (IOException e) {
      // Whoever comes waits for the lock then.
    }
  }

  private static String commandLine(Path process) {
    try {
      return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      // It has ended meanwhile.
      return "";
    }
  }

  private static boolean kill(long group) {
    return ExternalProgram.run(List.of("kill", "-KILL", "--", "-" + group), Map.of(), PATIENCE)
        .succeeded();
  }
}
