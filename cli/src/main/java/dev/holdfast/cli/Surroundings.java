package dev.holdfast.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/**
 * What the program has around it: its streams, the clock and the environment. Verbs and tests are
 * given one; nothing but {@link #ofProcess()} reaches for the process's own.
 *
 * @param in standard input
 * @param out standard output, for results; takes bytes as well as text, and text is UTF-8
 * @param err standard error, for errors and progress
 * @param clock the time and the time zone that logs and labels show
 * @param environment variables
 * @param outTerminal whether standard output is a terminal
 * @param errorTerminal whether a person watches standard error on a terminal
 * @param command the program by which others can call us: for {@code restore_command}, and for
 *     processes of our own; the launcher says it
 */
public record Surroundings(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Clock clock,
    Map<String, String> environment,
    boolean outTerminal,
    boolean errorTerminal,
    String command) {
  private static final int BUFFER_BYTES = 64 * 1024;

  /** The process's own. */
  public static Surroundings ofProcess() {
    return new Surroundings(
        new FileInputStream(FileDescriptor.in),
        stream(FileDescriptor.out),
        stream(FileDescriptor.err),
        Clock.systemDefaultZone(),
        System.getenv(),
        isTerminal(1),
        isTerminal(2),
        System.getProperty("holdfast.command", "holdfast"));
  }

  /** Told by what the descriptor is open on; asking the C library would cost milliseconds. */
  static boolean isTerminal(int descriptor) {
    try {
      Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
      return target.startsWith("/dev/pts") || target.toString().startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    OutputStream raw = new FileOutputStream(descriptor);
    return new PrintStream(
        new BufferedOutputStream(raw, BUFFER_BYTES), false, StandardCharsets.UTF_8);
  }
}
