package dev.holdfast.config;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.domain.HoldfastException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Calls of the program in a test: files and environment in memory, arguments as words. */
final class Calls {
  private final Map<String, String> files = new TreeMap<>();
  private final Map<String, String> environment = new HashMap<>();

  /** A host on which PostgreSQL's and the repository's places are configured. */
  static Calls withMain() {
    return new Calls()
        .file(
            "/etc/pgbackrest/pgbackrest.conf",
            """
            [global]
            repo1-path=/repo
            repo1-retention-full=2

            [main]
            pg1-path=/pg
            """);
  }

  Calls file(String name, String text) {
    files.put(name, text);
    return this;
  }

  /** Adds to the file of {@link #withMain()}. */
  Calls more(String text) {
    files.merge("/etc/pgbackrest/pgbackrest.conf", "\n" + text, String::concat);
    return this;
  }

  Calls variable(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Options load(String... words) {
    return new ConfigurationLoader(environment, memory()).load(List.of(words));
  }

  /** The error that a call ends in, as the command line shows it. */
  String error(String... words) {
    return catchThrowableOfType(HoldfastException.class, () -> load(words)).describe();
  }

  /** The warnings of a call, one text each. */
  List<String> warnings(String... words) {
    List<String> warnings = new ArrayList<>();
    for (Warning warning : load(words).warnings()) {
      warnings.add(warning.describe());
    }
    return warnings;
  }

  private ConfigurationFiles memory() {
    return new ConfigurationFiles() {
      @Override
      public Optional<String> read(String file) {
        return Optional.ofNullable(files.get(file));
      }

      @Override
      public Optional<List<String>> list(String directory) {
        List<String> names = new ArrayList<>();
        for (String file : files.keySet()) {
          if (file.startsWith(directory + "/") && file.indexOf('/', directory.length() + 1) < 0) {
            names.add(file.substring(directory.length() + 1));
          }
        }
        return names.isEmpty() ? Optional.empty() : Optional.of(names);
      }
    };
  }
}
