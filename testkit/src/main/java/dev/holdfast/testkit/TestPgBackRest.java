package dev.holdfast.testkit;

import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.postgres.process.OsUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The real pgBackRest, run as the user that the test's clusters run as, with a configuration of the
 * test's own.
 *
 * <p>Debian 12 brings 2.45; the environment variable {@code HOLDFAST_NEWER_PGBACKREST} may name a
 * newer one, as {@code testing/newer-pgbackrest} prints it.
 */
public final class TestPgBackRest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Path SYSTEM = Path.of("/usr/bin/pgbackrest");

  private final Path program;
  private final TestDirectory directory;
  private final Path configuration;
  private final Map<String, Map<String, String>> sections = new TreeMap<>();

  private TestPgBackRest(Path program, TestDirectory directory, String name) {
    this.program = program;
    this.directory = directory;
    this.configuration = directory.resolve(name + ".conf");
    directory.directory(name + "-log");
    directory.directory(name + "-lock");
    directory.directory(name + "-spool");
    option("global", "log-path", directory.resolve(name + "-log").toString());
    option("global", "lock-path", directory.resolve(name + "-lock").toString());
    option("global", "spool-path", directory.resolve(name + "-spool").toString());
    option("global", "log-level-file", "off");
    option("global", "log-level-console", "info");
    option("global", "start-fast", "y");
  }

  /** The distribution's. */
  public static TestPgBackRest system(TestDirectory directory) {
    if (!Files.isExecutable(SYSTEM)) {
      throw new AssertionError("pgbackrest is not installed: apt install pgbackrest");
    }
    return new TestPgBackRest(SYSTEM, directory, "pgbackrest");
  }

  /** A newer one, where the environment names it. */
  public static Optional<TestPgBackRest> newer(TestDirectory directory) {
    String path = System.getenv("HOLDFAST_NEWER_PGBACKREST");
    return path == null || path.isBlank()
        ? Optional.empty()
        : Optional.of(new TestPgBackRest(Path.of(path), directory, "pgbackrest-new"));
  }

  /** Sets an option of the configuration file; a later value replaces an earlier one. */
  public TestPgBackRest option(String section, String name, String value) {
    sections.computeIfAbsent(section, unused -> new TreeMap<>()).put(name, value);
    StringBuilder text = new StringBuilder();
    sections.forEach((header, options) -> {
      text.append('[').append(header).append("]\n");
      options.forEach((key, setting) -> text.append(key).append('=').append(setting).append('\n'));
      text.append('\n');
    });
    directory.file(String.valueOf(configuration.getFileName()), text.toString());
    return this;
  }

  /** Describes a stanza's cluster in the configuration. */
  public TestPgBackRest stanza(String stanza, TestPostgres postgres) {
    return option(stanza, "pg1-path", postgres.pgdata().toString())
        .option(stanza, "pg1-port", Integer.toString(postgres.port()))
        .option(stanza, "pg1-socket-path", postgres.socketDirectory().toString())
        .option(stanza, "pg1-user", "postgres");
  }

  /** Sets the path of a repository. */
  public TestPgBackRest repository(int key, Path path) {
    return option("global", "repo" + key + "-path", path.toString());
  }

  /** The configuration file, which Holdfast reads as well. */
  public Path configuration() {
    return configuration;
  }

  /** What an archive_command needs to be; %p is left for PostgreSQL. */
  public String archiveCommand(String stanza) {
    return program + " --config=" + configuration + " --stanza=" + stanza + " archive-push \"%p\"";
  }

  /** What a restore_command needs to be. */
  public String restoreCommand(String stanza) {
    return program
        + " --config="
        + configuration
        + " --stanza="
        + stanza
        + " archive-get %f \"%p\"";
  }

  /** Runs it as the owner of the test's directory, whatever comes of it. */
  public ExternalProgram.Result run(String... arguments) {
    return runAs(directory.owner(), arguments);
  }

  /** Runs it as another user. */
  public ExternalProgram.Result runAs(OsUser user, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.add("--config=" + configuration);
    command.addAll(List.of(arguments));
    Map<String, @Nullable String> environment = new HashMap<>();
    for (String name : System.getenv().keySet()) {
      if (name.startsWith("PG")) {
        environment.put(name, null);
      }
    }
    return ExternalProgram.run(user.command(command), environment, PATIENCE);
  }

  /** Runs it and expects it to succeed; gives its standard output. */
  public String expect(String... arguments) {
    return run(arguments).orThrow("run pgbackrest " + String.join(" ", arguments)).out();
  }
}
