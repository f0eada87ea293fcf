package dev.holdfast.cli;

import dev.holdfast.postgres.process.OsUser;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Runs Holdfast as users do: a process of its own, as the operating system's user of PostgreSQL
 * when the tests run as root. The classes under test are packed once to where that user can read
 * them, with a cache of what every start loads, as the launcher makes it.
 */
public final class HoldfastCommand {
  private static final OsUser USER = OsUser.forPostgres();
  private static final Path PROGRAM = install();

  private HoldfastCommand() {}

  /**
   * What a process did.
   *
   * @param exit its exit code
   * @param out its standard output
   * @param err its standard error
   */
  public record Outcome(int exit, String out, String err) {
    /** Everything that it said, for the message of a failed assertion. */
    @Override
    public String toString() {
      return "exit " + exit + "\n" + out + "\n" + err;
    }
  }

  /** A process that was started. */
  public record Running(Process process, Path out, Path err) {
    /** Waits for its end, 120 s at most. */
    public Outcome await() {
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

    /**
     * Ends it the hard way (kill -9) once so much time has passed, unless it ended before.
     *
     * @return whether it had to be ended
     */
    public boolean killAfter(long millis) {
      try {
        if (process.waitFor(millis, TimeUnit.MILLISECONDS)) {
          return false;
        }
        process.destroyForcibly().waitFor();
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
  }

  /** Runs a verb to its end. */
  public static Outcome run(String... arguments) {
    return start(arguments).await();
  }

  /** Starts a verb. */
  public static Running start(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(PROGRAM.toString());
    command.addAll(List.of(arguments));
    return launch(USER.command(command));
  }

  /** Starts a verb by a command of root's that runs the words after it, in a namespace perhaps. */
  public static Running startInside(List<String> prefix, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
    command.addAll(arguments);
    List<String> all = new ArrayList<>(prefix);
    all.addAll(USER.command(command));
    return launch(all);
  }

  /** Starts a verb as whoever runs the tests, which may be root. */
  public static Running startAsCaller(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(PROGRAM.toString());
    command.addAll(List.of(arguments));
    return launch(command);
  }

  private static Running launch(List<String> command) {
    try {
      Path out = Files.createTempFile("hf", ".out");
      Path err = Files.createTempFile("hf", ".err");
      // Those of daemons, whose end nobody waits for.
      out.toFile().deleteOnExit();
      err.toFile().deleteOnExit();
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
  public static Path program() {
    return PROGRAM;
  }

  /** The thin client, which finds the program beside itself. */
  public static Path walProgram() {
    return PROGRAM.resolveSibling("holdfast-wal");
  }

  /** What to put before a command so that it runs as PostgreSQL's user; exec, so one process. */
  public static List<String> prefix() {
    return USER.command(List.of());
  }

  static boolean isRoot() {
    return OsUser.isRoot();
  }

  /** Packs the class path below /tmp and writes a script that starts it; removed at the end. */
  private static Path install() {
    try {
      Path home = Files.createTempDirectory(Path.of("/tmp"), "hf-program-");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(home)));
      Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
      List<String> entries = new ArrayList<>();
      int number = 0;
      for (String entry : classPath()) {
        Path source = Path.of(entry);
        Path target = home.resolve(number++ + "-" + source.getFileName() + ".jar");
        if (Files.isDirectory(source)) {
          pack(source, target);
        } else {
          Files.copy(source, target);
        }
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r--r--"));
        entries.add(target.toString());
      }
      String classPath = String.join(":", entries);
      String java = System.getProperty("java.home") + "/bin/java";
      Path cache = home.resolve("holdfast.aot");
      Path clusterCache = home.resolve("holdfast-cluster.aot");
      Process training = train(java, classPath, clusterCache, "cluster");
      trained(train(java, classPath, cache), cache);
      trained(training, clusterCache);
      Path script = home.resolve("holdfast");
      Files.writeString(
          script,
          """
          #!/bin/sh
          case "$1" in
            keeper | monitor | status | switchover | settings) cache='%s' ;;
            *) cache='%s' ;;
          esac
          exec '%s' -XX:AOTCache="$cache" -Xlog:disable -Xlog:all=error:stderr -XX:-UsePerfData \
          -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m --enable-native-access=ALL-UNNAMED \
          --sun-misc-unsafe-memory-access=allow \
          -Dholdfast.command='%s' -cp '%s' dev.holdfast.cli.Main "$@"
          """
              .formatted(clusterCache, cache, java, script, classPath),
          StandardCharsets.UTF_8);
      Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
      Path client = home.resolve("holdfast-wal");
      Files.copy(Path.of("..").resolve("holdfast-wal"), client);
      Files.setPosixFilePermissions(client, PosixFilePermissions.fromString("rwxr-xr-x"));
      return script;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the build says that the program has at run time, the module's own classes first. */
  private static List<String> classPath() throws IOException {
    List<String> entries = new ArrayList<>(List.of("target/classes"));
    entries.addAll(
        List.of(Files.readString(Path.of("target/runtime.classpath")).strip().split(":")));
    return entries;
  }

  private static Process train(String java, String classPath, Path cache, String... what)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                java,
                "-XX:AOTCacheOutput=" + cache,
                "-XX:+UseSerialGC",
                "-Xlog:disable",
                "--enable-native-access=ALL-UNNAMED",
                "-Dholdfast.training=true",
                "-cp",
                classPath,
                "dev.holdfast.cli.Training"));
    command.addAll(List.of(what));
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** A start without the cache is right too, only slower: so what the training says is ignored. */
  private static void trained(Process training, Path cache) throws IOException {
    try {
      if (!training.waitFor(60, TimeUnit.SECONDS)) {
        training.destroyForcibly();
      }
      if (Files.exists(cache)) {
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rw-r--r--"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Only classes in jars are taken into the cache. */
  private static void pack(Path directory, Path jar) throws IOException {
    try (Stream<Path> files = Files.walk(directory);
        OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      zip.setMethod(ZipOutputStream.STORED);
      for (Path each : files.filter(Files::isRegularFile).sorted().toList()) {
        byte[] content = Files.readAllBytes(each);
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(directory.relativize(each).toString());
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setCrc(crc.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
      }
    }
  }

  private static void remove(Path tree) {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
