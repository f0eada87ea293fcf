package dev.holdfast.postgres.process;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.PgVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A directory with PostgreSQL's programs.
 *
 * @param version the major version
 * @param bin the directory that holds {@code postgres}, {@code pg_ctl} and {@code initdb}
 */
public record PostgresInstallation(PgVersion version, Path bin) {
  private static final Duration PROGRAM_TIMEOUT = Duration.ofSeconds(20);
  private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)");

  /** Where distributions put a major version, in the order of trying. */
  private static final List<String> PLACES =
      List.of("/usr/lib/postgresql/%s/bin", "/usr/pgsql-%s/bin", "/opt/postgresql/%s/bin");

  /**
   * The installation in a directory.
   *
   * @throws HoldfastException file-missing (55) when there is no {@code postgres}, execute (102)
   *     when it does not say its version
   */
  public static PostgresInstallation at(Path bin) {
    Path postgres = bin.resolve("postgres");
    if (!Files.isExecutable(postgres)) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING, "'" + postgres + "' does not exist or cannot be run");
    }
    String said =
        ExternalProgram.run(
                List.of(postgres.toString(), "--version"), Map.of("LC_ALL", "C"), PROGRAM_TIMEOUT)
            .orThrow("ask '" + postgres + "' for its version")
            .out();
    Matcher matcher = VERSION.matcher(said);
    if (!matcher.find()) {
      throw new HoldfastException(
          ErrorCode.EXECUTE, "'" + postgres + " --version' said '" + said.strip() + "'");
    }
    return new PostgresInstallation(PgVersion.parse(matcher.group(1)), bin);
  }

  /**
   * The installation of a major version on this host: where the packages of Debian and Red Hat put
   * it, or on the PATH.
   */
  public static Optional<PostgresInstallation> find(PgVersion version) {
    for (Path bin : candidates(version)) {
      if (Files.isExecutable(bin.resolve("postgres"))) {
        PostgresInstallation found = at(bin);
        if (found.version().equals(version)) {
          return Optional.of(found);
        }
      }
    }
    return Optional.empty();
  }

  /** The newest supported installation on this host. */
  public static Optional<PostgresInstallation> newest() {
    for (int major = PgVersion.NEWEST.major(); major >= PgVersion.OLDEST.major(); major--) {
      Optional<PostgresInstallation> found = find(PgVersion.parse(Integer.toString(major)));
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static List<Path> candidates(PgVersion version) {
    List<Path> candidates = new ArrayList<>();
    for (String place : PLACES) {
      candidates.add(Path.of(place.formatted(version)));
    }
    String path = System.getenv("PATH");
    if (path != null) {
      for (String entry : path.split(":")) {
        if (entry.startsWith("/")) {
          candidates.add(Path.of(entry));
        }
      }
    }
    return candidates;
  }

  /** The path of one of its programs, whether or not it is there. */
  public Path program(String name) {
    return bin.resolve(name);
  }

  /** Whether it has a program: the embedded ones bring initdb, pg_ctl and postgres only. */
  public boolean has(String program) {
    return Files.isExecutable(program(program));
  }
}
