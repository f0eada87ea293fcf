package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.cli.HoldfastCommand.Running;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.storage.s3.TestS3Server;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPgBackRest;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A repository and the one configuration file with which both programs, Holdfast and the real
 * pgBackRest, work on it: same locks, same spool, same stanza.
 */
final class Site implements AutoCloseable {
  static final String STANZA = "main";

  private final TestDirectory directory;
  private final TestPgBackRest pgbackrest;
  private final Path repository;

  private Site(TestDirectory directory, TestPgBackRest pgbackrest) {
    this(directory, pgbackrest, directory.directory("repo"));
    pgbackrest.repository(1, repository);
  }

  private Site(TestDirectory directory, TestPgBackRest pgbackrest, Path repository) {
    this.directory = directory;
    this.pgbackrest = pgbackrest;
    this.repository = repository;
    option("log-timestamp", "n");
  }

  /** With the distribution's pgBackRest. */
  static Site create() {
    TestDirectory directory = TestDirectory.create();
    return new Site(directory, TestPgBackRest.system(directory));
  }

  /**
   * With the distribution's pgBackRest and a repository in a bucket, whose directory is looked at.
   *
   * @param without options of the repository that are not set
   */
  static Site inBucket(
      TestDirectory directory, TestS3Server server, String bucket, String... without) {
    Path repository = server.directory(server.bucket(bucket)).resolve("repository");
    Site site = new Site(directory, TestPgBackRest.system(directory), repository);
    site.option("repo1-path", "/repository");
    server.options(bucket).stream()
        .filter(option -> !List.of(without).contains(option.getKey()))
        .forEach(option -> site.option("repo1-" + option.getKey(), option.getValue()));
    return site;
  }

  /** With the newer pgBackRest, where there is one. */
  static Optional<Site> newer() {
    TestDirectory directory = TestDirectory.create();
    Optional<Site> site = TestPgBackRest.newer(directory).map(newer -> new Site(directory, newer));
    if (site.isEmpty()) {
      directory.close();
    }
    return site;
  }

  TestDirectory directory() {
    return directory;
  }

  TestPgBackRest pgbackrest() {
    return pgbackrest;
  }

  Path repository() {
    return repository;
  }

  /** Sets an option for all stanzas. */
  Site option(String name, String value) {
    pgbackrest.option("global", name, value);
    return this;
  }

  /** Makes a stopped cluster the stanza's. */
  Site cluster(StoppedCluster cluster) {
    pgbackrest.option(STANZA, "pg1-path", cluster.data().toString());
    return this;
  }

  /** Makes a running cluster the stanza's. */
  Site cluster(TestPostgres postgres) {
    pgbackrest.stanza(STANZA, postgres);
    return this;
  }

  private String[] arguments(String... more) {
    List<String> all = new ArrayList<>(List.of("--config=" + pgbackrest.configuration()));
    all.add("--stanza=" + STANZA);
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  /** Runs Holdfast, whatever comes of it. */
  Outcome ours(String... verbAndOptions) {
    return HoldfastCommand.run(arguments(verbAndOptions));
  }

  /** Starts Holdfast. */
  Running startOurs(String... verbAndOptions) {
    return HoldfastCommand.start(arguments(verbAndOptions));
  }

  /** Runs Holdfast and expects it to succeed. */
  Outcome oursWorks(String... verbAndOptions) {
    Outcome outcome = ours(verbAndOptions);
    assertThat(outcome.exit()).as("holdfast %s: %s", List.of(verbAndOptions), outcome).isZero();
    return outcome;
  }

  /** Runs pgBackRest, whatever comes of it. */
  ExternalProgram.Result theirs(String... verbAndOptions) {
    List<String> all = new ArrayList<>(List.of("--stanza=" + STANZA));
    all.addAll(List.of(verbAndOptions));
    return pgbackrest.run(all.toArray(String[]::new));
  }

  /** Runs pgBackRest and expects it to succeed. */
  ExternalProgram.Result theirsWorks(String... verbAndOptions) {
    ExternalProgram.Result result = theirs(verbAndOptions);
    assertThat(result.exit())
        .as("pgbackrest %s: %s%s", List.of(verbAndOptions), result.out(), result.err())
        .isZero();
    return result;
  }

  /** Runs one of the two programs and expects it to succeed; gives what it wrote. */
  String works(Program program, String... verbAndOptions) {
    return switch (program) {
      case HOLDFAST -> oursWorks(verbAndOptions).out();
      case PGBACKREST -> theirsWorks(verbAndOptions).out();
    };
  }

  /** The labels of the finished backups in the repository, the oldest first. */
  List<String> labels() {
    try (Stream<Path> entries = Files.list(stanzaBackups())) {
      return entries
          .filter(entry -> Files.exists(entry.resolve("backup.manifest")))
          .filter(entry -> !Files.isSymbolicLink(entry))
          .map(entry -> entry.getFileName().toString())
          // A dependant's label begins with its full's, and only the newest full gets more.
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String newestLabel() {
    return labels().getLast();
  }

  Path stanzaBackups() {
    return repository.resolve("backup/" + STANZA);
  }

  Path stanzaArchive() {
    return repository.resolve("archive/" + STANZA);
  }

  /** The archive_command by which PostgreSQL archives with a program. */
  String archiveCommand(Program program) {
    return switch (program) {
      case PGBACKREST -> pgbackrest().archiveCommand(STANZA);
      case HOLDFAST ->
          "%s --config=%s --stanza=%s archive-push %%p"
              .formatted(HoldfastCommand.program(), pgbackrest().configuration(), STANZA);
    };
  }

  /** What the table holds when one program restored a backup and PostgreSQL became consistent. */
  String rows(Program by, String label) {
    Path target = directory().directory("copy");
    works(
        by,
        "restore",
        "--set=" + label,
        "--type=immediate",
        "--target-action=promote",
        "--archive-mode=off",
        "--pg1-path=" + target);
    try (TestPostgres copy = TestPostgres.existing(directory(), TestPostgres.system(), "copy")) {
      copy.start();
      return copy.loadDigest();
    } finally {
      directory().run("rm", "-rf", target.toString());
    }
  }

  /** pgBackRest finds nothing wrong with what is in the repository. */
  void pgbackrestVerifies() {
    ExternalProgram.Result result = theirs("verify", "--output=text", "--verbose");
    assertThat(result.exit()).as("pgbackrest verify: %s%s", result.out(), result.err()).isZero();
    assertThat(result.out() + result.err())
        .as("pgbackrest verify")
        .doesNotContain("ERROR")
        .doesNotContainPattern("status: error")
        .doesNotContainPattern("(checksum invalid|size invalid|missing|other): [1-9]");
  }

  /** Holdfast finds nothing wrong with what is in the repository. */
  void holdfastVerifies() {
    Outcome outcome = ours("verify");
    assertThat(outcome.exit()).as("holdfast verify: %s", outcome).isZero();
  }

  @Override
  public void close() {
    directory.close();
  }
}
