package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Whoever else manages a data directory: Patroni, pg_auto_failover, repmgr. They would undo what a
 * keeper does, and both would promote. Known by what they leave in the directory, and by processes
 * of theirs that name it: in their words, in {@code PGDATA}, or in a configuration file among their
 * words.
 */
final class OtherManagers {
  private static final Map<String, String> FILES =
      Map.of(
          "patroni.dynamic.json", "Patroni",
          "postgresql.base.conf", "Patroni",
          "postgresql-auto-failover.conf", "pg_auto_failover",
          "postgresql-auto-failover-standby.conf", "pg_auto_failover");

  private static final Map<String, String> PROGRAMS =
      Map.of("patroni", "Patroni", "pg_autoctl", "pg_auto_failover", "repmgrd", "repmgr");

  /** A longer file is no configuration. */
  private static final long LONGEST_CONFIGURATION = 1 << 20;

  private final Path data;

  /** Of one data directory. */
  OtherManagers(Path data) {
    this.data = data;
  }

  /**
   * Throws when there is one.
   *
   * @throws HoldfastException feature-not-supported (67)
   */
  void refuse() {
    FILES.forEach((file, manager) -> {
      if (Files.exists(data.resolve(file))) {
        throw refused(
            manager,
            "'" + data.resolve(file) + "' is there",
            "Where it has been removed already, take its files out of the data directory, and"
                + " include what postgresql.conf needs of them there.");
      }
    });
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        refuse(process);
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to look at this host's processes: " + e, e);
    }
  }

  private void refuse(Path process) {
    List<String> words = words(process.resolve("cmdline"));
    // An interpreter's first word is the program, unless it is an option of its own.
    for (String word : words.subList(0, Math.min(words.size(), 3))) {
      String manager = PROGRAMS.get(word.substring(word.lastIndexOf('/') + 1));
      if (manager != null && isOfThis(process, words)) {
        throw refused(
            manager,
            "process " + process.getFileName() + " of it manages '" + data + "'",
            "Its own service is to be disabled too, or it comes back with the next boot.");
      }
    }
  }

  private boolean isOfThis(Path process, List<String> words) {
    String name = data.toString();
    return words.stream().anyMatch(word -> word.contains(name) || configures(word, name))
        || words(process.resolve("environ")).contains("PGDATA=" + name);
  }

  private static boolean configures(String word, String name) {
    Path file = Path.of(word.substring(word.indexOf('=') + 1));
    try {
      return file.isAbsolute()
          && Files.isRegularFile(file)
          && Files.size(file) < LONGEST_CONFIGURATION
          && Files.readString(file, StandardCharsets.ISO_8859_1).contains(name);
    } catch (IOException e) {
      // What PostgreSQL's user may not read says nothing.
      return false;
    }
  }

  /** Empty of a process that has ended, or is somebody else's. */
  private static List<String> words(Path file) {
    try {
      return List.of(Files.readString(file, StandardCharsets.ISO_8859_1).split("\0"));
    } catch (IOException e) {
      return List.of();
    }
  }

  private static HoldfastException refused(String manager, String why, String hint) {
    return new HoldfastException(
        ErrorCode.FEATURE_NOT_SUPPORTED,
        manager + " manages this PostgreSQL: " + why,
        "Two managers would fight over it. Stop " + manager + " for good, leaving PostgreSQL up.",
        hint);
  }
}
