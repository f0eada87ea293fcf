package dev.holdfast.cli.local;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.file.DurableFile;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.postgres.process.OsUser;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The program that runs the verbs: a script that starts this very Java with these very classes.
 *
 * <p>A checkout below {@code /root}, say, is closed to the user that PostgreSQL runs as; then the
 * classes are copied.
 */
public final class LocalProgram {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Duration VERB_TIMEOUT = Duration.ofMinutes(5);

  private final OsUser owner;
  private final Path script;

  /**
   * Not there yet.
   *
   * @param owner who is to run it
   * @param script its path; the classes are copied beside it when they have to be
   */
  public LocalProgram(OsUser owner, Path script) {
    this.owner = owner;
    this.script = script;
  }

  /** Who runs it. */
  public OsUser owner() {
    return owner;
  }

  /** The script's path. */
  public Path script() {
    return script;
  }

  /** What to call to run a verb as the user. */
  public List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(script.toString());
    command.addAll(arguments);
    return owner.command(command);
  }

  /**
   * Runs a verb as the user, to its end.
   *
   * @return what it wrote to standard output
   */
  public String run(List<String> arguments) {
    return ExternalProgram.run(command(arguments), cleanEnvironment(), VERB_TIMEOUT)
        .orThrow("run 'holdfast " + String.join(" ", arguments) + "'")
        .out();
  }

  /** Settings of the caller's own clusters and backups have no say here. */
  static Map<String, @Nullable String> cleanEnvironment() {
    Map<String, @Nullable String> environment = new HashMap<>();
    for (String name : System.getenv().keySet()) {
      if (name.startsWith("PG") || name.startsWith("HOLDFAST_")) {
        environment.put(name, null);
      }
    }
    return environment;
  }

  /** Writes the script, and the classes below it when they are needed. */
  public void install() throws IOException {
    String classPath = System.getProperty("java.class.path", "");
    String cache = System.getProperty("holdfast.aot", "");
    if (owner.isSelf() || isReadable(classPath)) {
      write(classPath, cache);
    } else {
      Path classes = script.resolveSibling("classes");
      owner.createDirectory(classes, 0750);
      String copied = copy(classPath, classes);
      // The cache was recorded for the jars beside it, and comes with them.
      Path name = Path.of(cache).getFileName();
      write(copied, cache.isEmpty() ? "" : classes.resolve(name).toString());
    }
    if (!works()) {
      throw new HoldfastException(
          ErrorCode.EXECUTE,
          "the user '" + owner.name() + "' cannot run the Java in " + javaHome(),
          "install the JDK where every user may read it, for example below /usr/lib/jvm.");
    }
  }

  /** Asked of the user's own eyes: modes of all directories above count, too. */
  private boolean isReadable(String classPath) {
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "for f; do [ -r \"$f\" ] || exit 1; done", "readable"));
    for (String entry : classPath.split(File.pathSeparator)) {
      if (Files.exists(Path.of(entry))) {
        command.add(Path.of(entry).toAbsolutePath().toString());
      }
    }
    return ExternalProgram.run(owner.command(command), Map.of(), TIMEOUT).succeeded();
  }

  private boolean works() {
    return ExternalProgram.run(command(List.of("version")), Map.of(), TIMEOUT).succeeded();
  }

  private void write(String classPath, String cache) throws IOException {
    String aot = cache.isEmpty() ? "" : "-XX:AOTCache='" + cache + "' ";
    String clusterAot =
        cache.isEmpty()
            ? ""
            : "-XX:AOTCache='" + Path.of(cache).resolveSibling("holdfast-cluster.aot") + "' ";
    String text =
        """
        #!/bin/sh
        case " $* " in
          *" keeper "* | *" monitor "* | *" status "*)
            set -- %2$s-XX:TieredStopAtLevel=1 -cp '%1$s' dev.holdfast.cli.Main "$@" ;;
          *" archive-get "*)
            set -- %3$s-XX:TieredStopAtLevel=1 -cp '%1$s' dev.holdfast.cli.Main "$@" ;;
          *) set -- %3$s-cp '%1$s' dev.holdfast.cli.Main "$@" ;;
        esac
        exec '%4$s/bin/java' -Xlog:disable -Xlog:all=error:stderr -XX:+UseSerialGC -XX:-UsePerfData \\
          -Xmx256m --enable-native-access=ALL-UNNAMED -Dholdfast.command='%5$s' "$@"
        """
            .formatted(classPath, clusterAot, aot, javaHome(), script);
    DurableFile.write(script, text.getBytes(StandardCharsets.UTF_8));
    Files.setAttribute(script, "unix:mode", 0755);
    owner.own(script);
  }

  private static String javaHome() {
    return System.getProperty("java.home", "");
  }

  /** Copies each entry; with our own jar come those beside it, which its manifest names. */
  private static String copy(String classPath, Path classes) {
    List<String> copied = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator)) {
      Path source = Path.of(entry).toAbsolutePath();
      boolean program = entry.endsWith("/holdfast.jar");
      // Directories of classes have the same name in every module.
      Path target = classes.resolve((program ? "" : copied.size() + "-") + source.getFileName());
      if (Files.exists(source)) {
        String from = program ? source.getParent() + "/." : source.toString();
        host(List.of("cp", "-R", from, program ? classes.toString() : target.toString()));
        copied.add(target.toString());
      }
    }
    host(List.of("chmod", "-R", "a+rX", classes.toString()));
    return String.join(File.pathSeparator, copied);
  }

  private static void host(List<String> command) {
    ExternalProgram.run(command, Map.of(), TIMEOUT).orThrow("copy the program");
  }
}
