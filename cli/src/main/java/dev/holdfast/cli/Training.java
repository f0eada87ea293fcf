package dev.holdfast.cli;

import dev.holdfast.config.ConfigurationFiles;
import dev.holdfast.config.ConfigurationLoader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * Runs what every start needs, once, while the launcher builds: the virtual machine records which
 * classes were used, and later starts map them instead of reading jars. What a verb answers is of
 * no interest here, and an error is as good a lesson as a result.
 */
public final class Training {
  private final Path directory;

  private Training(Path directory) {
    this.directory = directory;
  }

  /** Trains, and ends; with the argument {@code bucket} for repositories in S3 as well. */
  public static void main(String[] arguments) throws IOException {
    Termination.watch().ended(0);
    Surroundings.ofProcess();
    Path directory = Files.createTempDirectory("holdfast-training");
    try {
      new Training(directory).train(List.of(arguments).contains("bucket"));
    } finally {
      try (var files = Files.walk(directory)) {
        for (Path file : files.toList().reversed()) {
          Files.delete(file);
        }
      }
    }
  }

  private void train(boolean bucket) throws IOException {
    Path configuration = directory.resolve("holdfast.conf");
    Files.writeString(
        configuration,
        """
        [global]
        repo1-path=%1$s/repo
        repo1-cipher-type=aes-256-cbc
        repo1-cipher-pass=training
        compress-type=zst
        log-path=%1$s/log
        lock-path=%1$s/lock
        spool-path=%1$s/spool
        unknown-option=1
        [training]
        pg1-path=%1$s/pg
        """
            .formatted(directory));
    Path segment = TrainingCluster.create(directory.resolve("pg"));
    String config = "--config=" + configuration;
    String stanza = "--stanza=training";
    run("version");
    run("help");
    run("help", "backup");
    run("repo-ls", config, "--recurse", "--output=json");
    run("stanza-create", config, stanza, "--log-level-console=info", "--no-online");
    run("archive-push", config, stanza, segment.toString());
    String restored = directory.resolve("RECOVERYXLOG").toString();
    run("archive-get", config, stanza, TrainingCluster.SEGMENT, restored);
    run("archive-get", config, stanza, "00000002.history", restored);
    run("info", config);
    run("info", config, "--output=json");
    run("check", config, stanza);
    String offline = "--no-online";
    String pages = "--checksum-page";
    run("backup", config, stanza, offline, pages, "--type=full", "--log-level-console=detail");
    run("backup", config, stanza, offline, pages, "--type=full");
    Path table = directory.resolve("pg/base/1").resolve(TrainingCluster.TABLE);
    Files.setLastModifiedTime(table, FileTime.fromMillis(0));
    run("backup", config, stanza, offline, pages, "--type=incr");
    run("expire", config, stanza, "--repo1-retention-full=1");
    run("info", config, "--output=json");
    run("verify", config, stanza);
    run("restore", config, stanza, "--delta");
    run("restore", config, stanza, "--pg1-path=" + directory.resolve("new"));
    // No server answers, but the database driver is read on the way to it.
    run("backup", config, stanza);
    run("unknown");
    if (bucket) {
      trainWithBucket(segment);
    }
  }

  /** The same ways again, to a bucket: without this, the first request takes seconds. */
  private void trainWithBucket(Path segment) throws IOException {
    try (TrainingBucket bucket = TrainingBucket.start(directory)) {
      Path configuration = directory.resolve("bucket.conf");
      Files.writeString(
          configuration,
          """
          [global]
          %2$s
          compress-type=none
          log-path=%1$s/log
          lock-path=%1$s/lock
          spool-path=%1$s/spool
          [training]
          pg1-path=%1$s/pg
          """
              .formatted(directory, bucket.options()));
      String config = "--config=" + configuration;
      String stanza = "--stanza=training";
      String offline = "--no-online";
      run("stanza-create", config, stanza, offline);
      run("archive-push", config, stanza, segment.toString());
      run("repo-ls", config, "--recurse");
      String restored = directory.resolve("RECOVERYXLOG").toString();
      run("archive-get", config, stanza, TrainingCluster.SEGMENT, restored);
      run("backup", config, stanza, offline, "--type=full");
      run("backup", config, stanza, offline, "--type=full");
      run("info", config);
      run("verify", config, stanza);
      run("expire", config, stanza, "--repo1-retention-full=1");
      run("restore", config, stanza, "--pg1-path=" + directory.resolve("fetched"));
    } catch (IOException e) {
      System.out.println("training: no bucket: " + e.getMessage());
    }
  }

  private void run(String... arguments) {
    Surroundings surroundings =
        new Surroundings(
            InputStream.nullInputStream(),
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            Clock.systemDefaultZone(),
            Map.of(),
            false,
            false,
            "holdfast");
    ConfigurationLoader loader =
        new ConfigurationLoader(Map.of("PGBACKREST_PROCESS_MAX", "2"), ConfigurationFiles.ofHost());
    int exitCode = new Program(surroundings, loader, () -> false).run(List.of(arguments));
    // For the log of the build: what ends early teaches little.
    System.out.println("training: " + String.join(" ", arguments) + ": " + exitCode);
  }
}
