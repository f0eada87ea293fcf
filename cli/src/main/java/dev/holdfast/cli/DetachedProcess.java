package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.archive.BackgroundProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Starts the program again, with the same arguments and the option {@code background}, as a session
 * of its own: signals to PostgreSQL's process group do not reach it, and as it holds none of our
 * streams, nobody waits for it.
 */
final class DetachedProcess implements BackgroundProcess {
  private static final String OPTION = "background";
  private static final String SEPARATOR = ",";
  private static final Path NOWHERE = Path.of("/dev/null");
  private static final List<Path> SETSID =
      List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));

  private final List<String> arguments;

  /** Starts with these arguments of the program. */
  DetachedProcess(List<String> arguments) {
    this.arguments = List.copyOf(arguments);
  }

  /** Whether this process was started by another one of ours. */
  static boolean isBackground(Options options) {
    return options.knows(OPTION) && options.has(OPTION);
  }

  /** What the background is to work on: one thing, or several as {@link #several} takes apart. */
  static Optional<String> work(Options options) {
    return options.optional(OPTION);
  }

  /** Takes several things to work on apart. */
  static List<String> several(String work) {
    return List.of(work.split(SEPARATOR, -1));
  }

  @Override
  public Running start(List<String> parameters) {
    List<String> command = new ArrayList<>();
    SETSID.stream()
        .filter(Files::isExecutable)
        .findFirst()
        .map(Path::toString)
        .ifPresent(command::add);
    command.addAll(program());
    command.addAll(arguments);
    command.add("--" + OPTION + "=" + String.join(SEPARATOR, parameters));
    File nowhere = NOWHERE.toFile();
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(nowhere)
              .redirectOutput(nowhere)
              .redirectError(nowhere)
              .start();
      return process::isAlive;
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.EXECUTE,
          "unable to start the background process '" + program().getFirst() + "'",
          e);
    }
  }

  /** The launcher that started us, else the same virtual machine with the same classes. */
  private static List<String> program() {
    String launcher = System.getProperty("holdfast.command");
    if (launcher != null) {
      return List.of(launcher);
    }
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("java.class.path"),
        Main.class.getName());
  }
}
