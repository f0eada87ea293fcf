package dev.holdfast.postgres.replication;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.postgres.process.PostgresInstallation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a server's configuration is: in its data directory, or elsewhere, as Debian has it (below
 * {@code /etc/postgresql}) by starting PostgreSQL with {@code -c config_file=...}.
 *
 * @param main postgresql.conf, absolute
 * @param hba pg_hba.conf, absolute
 */
public record ConfigurationFiles(Path main, Path hba) {
  /** Its name, where it is in the data directory. */
  static final String MAIN = "postgresql.conf";

  private static final Duration ASKING = Duration.ofSeconds(20);

  /** As {@code postmaster.opts} has the words of the last start: each in quotes. */
  private static final Pattern STARTED_WITH = Pattern.compile("\"config_file=([^\"]+)\"");

  /** In the data directory, whether or not it is there. */
  public static ConfigurationFiles in(Path data) {
    return new ConfigurationFiles(data.resolve(MAIN), data.resolve("pg_hba.conf"));
  }

  /** In the data directory, when it is there; else where the last start had it. */
  public static ConfigurationFiles find(PostgresInstallation installation, Path data) {
    if (Files.exists(data.resolve(MAIN))) {
      return in(data);
    }
    return startedWith(data)
        .filter(Files::exists)
        .map(main -> new ConfigurationFiles(main, hba(installation, data, main)))
        .orElseGet(() -> in(data));
  }

  private static Optional<Path> startedWith(Path data) {
    try {
      Matcher matcher = STARTED_WITH.matcher(Files.readString(data.resolve("postmaster.opts")));
      return matcher.find() ? Optional.of(Path.of(matcher.group(1))) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** As PostgreSQL itself understands its configuration. */
  private static Path hba(PostgresInstallation installation, Path data, Path main) {
    List<String> command =
        List.of(
            installation.program("postgres").toString(),
            "-D",
            data.toString(),
            "-c",
            "config_file=" + main,
            "-C",
            "hba_file");
    try {
      ExternalProgram.Result result =
          ExternalProgram.run(command, Map.of("LC_ALL", "C"), ASKING).orThrow("ask for hba_file");
      return Path.of(result.out().strip());
    } catch (HoldfastException e) {
      // A configuration with an error in it: what PostgreSQL says of it comes with the start.
      return main.resolveSibling("pg_hba.conf");
    }
  }

  /** What the server has to be launched with. */
  public Map<String, String> launchSettings(Path data) {
    return isIn(data) ? Map.of() : Map.of("config_file", main.toString());
  }

  /** Whether it is in the data directory, and travels with copies of that. */
  public boolean isIn(Path data) {
    return main.equals(data.resolve(MAIN));
  }
}
