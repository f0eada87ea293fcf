package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.postgres.directory.ClusterDirectory;
import dev.holdfast.postgres.directory.DirectoryScan;
import dev.holdfast.postgres.directory.DirectoryVisitor;
import dev.holdfast.postgres.directory.FoundFile;
import dev.holdfast.postgres.directory.FoundLink;
import dev.holdfast.postgres.directory.FoundPath;
import dev.holdfast.postgres.directory.FoundTarget;
import dev.holdfast.postgres.session.Session;
import dev.holdfast.postgres.session.SessionTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The real pgBackRest's manifest of a cluster with everything in it names what we name. */
final class DirectoryAgainstPgBackRestTest {
  private static final Pattern SIZE = Pattern.compile("\"size\":(\\d+)");
  private static final Pattern DESTINATION = Pattern.compile("\"destination\":\"([^\"]*)\"");

  /** A walk's names, with what can be compared of each. */
  private static final class Found implements DirectoryVisitor {
    final TreeSet<String> paths = new TreeSet<>();
    final TreeMap<String, Long> files = new TreeMap<>();
    final TreeMap<String, String> links = new TreeMap<>();
    final TreeSet<String> targets = new TreeSet<>();
    final TreeSet<String> withPages = new TreeSet<>();

    @Override
    public void path(FoundPath path) {
      paths.add(path.name());
    }

    @Override
    public void file(FoundFile file) {
      files.put(file.name(), file.size());
      if (file.hasPages()) {
        withPages.add(file.name());
      }
    }

    @Override
    public void link(FoundLink link) {
      links.put(link.name(), link.destination());
    }

    @Override
    public void target(FoundTarget target) {
      targets.add(
          target.name()
              + " "
              + target.path()
              + " "
              + target.file()
              + " "
              + target.tablespaceId()
              + " "
              + target.tablespaceName());
    }

    @Override
    public void excluded(String message) {}

    @Override
    public void warning(String message) {}
  }

  @Test
  void bothFindTheSame() throws Exception {
    try (TestDirectory directory = TestDirectory.create();
        TestPostgres postgres =
            TestPostgres.startIn(
                directory,
                TestPostgres.system(),
                TestClusterOptions.defaults()
                    .initdb("--data-checksums")
                    .initdb("--waldir=" + directory.resolve("wal")))) {
      fill(directory, postgres);
      TestPgBackRest pgbackrest =
          TestPgBackRest.system(directory)
              .stanza("demo", postgres)
              .repository(1, directory.directory("repo"))
              .option("global", "repo1-retention-full", "2")
              .option("global", "exclude", "junk/");
      pgbackrest.expect("--stanza=demo", "stanza-create");
      postgres.archiveCommand(pgbackrest.archiveCommand("demo"));
      try (Connection temporary = postgres.connect("postgres")) {
        temporary.createStatement().execute("create temporary table tt as select 1");
        postgres.checkpoint();
        pgbackrest.expect("--stanza=demo", "--type=full", "backup");

        Found found = walk(postgres);

        Map<String, Map<String, String>> manifest = manifest(directory.resolve("repo"));
        Map<String, String> files = new TreeMap<>(manifest.get("target:file"));
        files.keySet().removeAll(List.of("pg_data/backup_label", "pg_data/tablespace_map"));
        assertThat(found.files.keySet()).isEqualTo(files.keySet());
        assertThat(found.paths).isEqualTo(new TreeSet<>(manifest.get("target:path").keySet()));
        Map<String, String> links = new TreeMap<>();
        manifest
            .get("target:link")
            .forEach((name, value) -> links.put(name, first(DESTINATION, value)));
        assertThat(found.links).isEqualTo(links);
        assertThat(found.targets).isEqualTo(targets(manifest.get("backup:target")));
        TreeSet<String> withPages = new TreeSet<>();
        files.forEach((name, value) -> {
          if (value.contains("\"checksum-page\"")) {
            withPages.add(name);
          }
          // Relations that nothing touches meanwhile have the same size.
          if (name.startsWith("pg_data/base/1/")) {
            assertThat(found.files.get(name)).isEqualTo(Long.valueOf(first(SIZE, value)));
          }
        });
        assertThat(found.withPages).containsAll(withPages);
        assertThat(found.withPages).hasSameSizeAs(withPages);
      }
    }
  }

  private static void fill(TestDirectory directory, TestPostgres postgres) throws IOException {
    Path space = directory.directory("space");
    postgres.sql("create tablespace \"fast 'disk'\" location '" + space + "'");
    postgres.sql("create database \"odd 'name\"");
    postgres.sql("select pg_create_physical_replication_slot('slot')");
    postgres.load(2000);
    postgres.sqlIn(
        "odd 'name",
        "create table a tablespace \"fast 'disk'\" as select generate_series(1, 1000) as x;"
            + " create unlogged table u tablespace \"fast 'disk'\" as select 1 as x;"
            + " create unlogged table v as select generate_series(1, 100000) as x;"
            + " create index on v (x)");
    postgres.sqlIn("odd 'name", "vacuum v");
    directory.directory("etc");
    directory.file("etc/extra.conf", "# nothing\n");
    Path pgdata = postgres.pgdata();
    Files.createSymbolicLink(pgdata.resolve("extra.conf"), Path.of("../etc/extra.conf"));
    for (String name : List.of("junk", "pgsql_tmpjunk")) {
      directory.directory("pg/" + name);
      directory.file("pg/" + name + "/content", "x");
    }
    directory.file("pg/a = \"b\" \\ ü", "odd name");
    directory.file("pg/backup_label.old", "old");
  }

  private static Found walk(TestPostgres postgres) {
    PgControl control = PgControlFile.read(postgres.pgdata(), null).control();
    Map<Long, String> tablespaces;
    try (Session session =
        Session.open(
            new SessionTarget(
                postgres.socketDirectory().toString(), postgres.port(), "postgres", "postgres"),
            Duration.ofSeconds(20),
            "holdfast [test]")) {
      tablespaces = session.tablespaces();
    }
    Found found = new Found();
    ClusterDirectory.walk(
        new DirectoryScan(postgres.pgdata(), control, true, List.of("junk/"), tablespaces), found);
    return found;
  }

  /** The sections of the only backup's manifest, values as they stand there. */
  private static Map<String, Map<String, String>> manifest(Path repository) throws IOException {
    Path file = repository.resolve("backup/demo/latest").toRealPath().resolve("backup.manifest");
    Map<String, Map<String, String>> sections = new HashMap<>();
    Map<String, String> section = new HashMap<>();
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("[")) {
        section =
            sections.computeIfAbsent(line.substring(1, line.length() - 1), x -> new TreeMap<>());
      } else if (!line.isEmpty()) {
        int separator = line.indexOf("={");
        separator = separator < 0 ? line.indexOf('=') : separator;
        section.put(line.substring(0, separator), line.substring(separator + 1));
      }
    }
    return sections;
  }

  private static TreeSet<String> targets(Map<String, String> section) {
    TreeSet<String> targets = new TreeSet<>();
    section.forEach((name, value) -> {
      String id = first(Pattern.compile("\"tablespace-id\":\"(\\d+)\""), value);
      targets.add(
          name
              + " "
              + first(Pattern.compile("\"path\":\"([^\"]*)\""), value)
              + " "
              + first(Pattern.compile("\"file\":\"([^\"]*)\""), value)
              + " "
              + (id == null ? "0" : id)
              + " "
              + first(Pattern.compile("\"tablespace-name\":\"([^\"]*)\""), value));
    });
    return targets;
  }

  private static String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : null;
  }
}
