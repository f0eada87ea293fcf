package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.Deadline;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPgBackRest;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** One PostgreSQL 15 and one repository, with a configuration that both programs read. */
final class ArchiveSite implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  final TestDirectory directory = TestDirectory.create();
  final TestPostgres postgres;
  final TestPgBackRest pgBackRest;
  final Path repository;

  ArchiveSite() {
    postgres =
        TestPostgres.startIn(directory, TestPostgres.system(), TestClusterOptions.defaults());
    repository = directory.directory("repo");
    pgBackRest =
        TestPgBackRest.system(directory)
            .stanza("main", postgres)
            .repository(1, repository)
            .option("global", "archive-timeout", "30")
            .option("global", "compress-type", "lz4");
  }

  /** A verb of ours on the stanza. */
  HoldfastCommand.Outcome run(String... arguments) {
    return HoldfastCommand.run(arguments("main", arguments));
  }

  String[] arguments(String stanza, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--config=" + pgBackRest.configuration());
    all.add("--stanza=" + stanza);
    return all.toArray(String[]::new);
  }

  void expect(int exit, String... arguments) {
    HoldfastCommand.Outcome outcome = run(arguments);
    assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(exit);
  }

  /** Lets PostgreSQL archive through us. */
  void archiveThroughUs() {
    postgres.archiveCommand(
        HoldfastCommand.program()
            + " archive-push --config="
            + pgBackRest.configuration()
            + " --stanza=main \"%p\"");
  }

  String restoreCommand() {
    return HoldfastCommand.program()
        + " archive-get --config="
        + pgBackRest.configuration()
        + " --stanza=main %f \"%p\"";
  }

  Path wal(String segment) {
    return postgres.pgdata().resolve("pg_wal").resolve(segment);
  }

  /** Whether a segment is in the archive. */
  boolean isArchived(String segment) {
    try (Stream<Path> files = Files.walk(repository.resolve("archive"))) {
      return files.anyMatch(file -> String.valueOf(file.getFileName()).startsWith(segment + "-"));
    } catch (UncheckedIOException e) {
      // A file went while its directory was walked: it is looked at again.
      return false;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static void await(String what, BooleanSupplier condition) {
    await(what, PATIENCE, condition);
  }

  static void await(String what, Duration patience, BooleanSupplier condition) {
    Deadline deadline = Deadline.in(patience);
    while (!condition.getAsBoolean()) {
      assertThat(deadline.pause()).as(what).isTrue();
    }
  }

  @Override
  public void close() {
    postgres.close();
    directory.close();
  }
}
