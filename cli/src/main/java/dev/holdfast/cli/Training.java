package dev.holdfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;

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

  /**
   * Trains, and ends; with the argument {@code bucket} for repositories in S3 as well, with {@code
   * cluster} for what has to do with a monitor instead.
   */
  public static void main(String[] arguments) throws IOException {
    Termination.watch().ended(0);
    Surroundings.ofProcess();
    Path directory = Files.createTempDirectory("holdfast-training");
    try {
      Training training = new Training(directory);
      if (List.of(arguments).contains("cluster")) {
        training.trainCluster();
      } else {
        training.train(List.of(arguments).contains("bucket"));
      }
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
    TrainingProgram.run("version");
    TrainingProgram.run("help");
    TrainingProgram.run("help", "backup");
    TrainingProgram.run("repo-ls", config, "--recurse", "--output=json");
    TrainingProgram.run("stanza-create", config, stanza, "--log-level-console=info", "--no-online");
    TrainingProgram.run("archive-push", config, stanza, segment.toString());
    String restored = directory.resolve("RECOVERYXLOG").toString();
    TrainingProgram.run("archive-get", config, stanza, TrainingCluster.SEGMENT, restored);
    TrainingProgram.run("archive-get", config, stanza, "00000002.history", restored);
    TrainingProgram.run("info", config);
    TrainingProgram.run("info", config, "--output=json");
    TrainingProgram.run("check", config, stanza);
    String offline = "--no-online";
    String pages = "--checksum-page";
    TrainingProgram.run(
        "backup", config, stanza, offline, pages, "--type=full", "--log-level-console=detail");
    TrainingProgram.run("backup", config, stanza, offline, pages, "--type=full");
    Path table = directory.resolve("pg/base/1").resolve(TrainingCluster.TABLE);
    Files.setLastModifiedTime(table, FileTime.fromMillis(0));
    TrainingProgram.run("backup", config, stanza, offline, pages, "--type=incr");
    TrainingProgram.run("expire", config, stanza, "--repo1-retention-full=1");
    TrainingProgram.run("info", config, "--output=json");
    TrainingProgram.run("verify", config, stanza);
    TrainingProgram.run("restore", config, stanza, "--delta");
    TrainingProgram.run("restore", config, stanza, "--pg1-path=" + directory.resolve("new"));
    // No server answers, but the database driver is read on the way to it.
    TrainingProgram.run("backup", config, stanza);
    TrainingProgram.run("unknown");
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
      TrainingProgram.run("stanza-create", config, stanza, offline);
      TrainingProgram.run("archive-push", config, stanza, segment.toString());
      TrainingProgram.run("repo-ls", config, "--recurse");
      String restored = directory.resolve("RECOVERYXLOG").toString();
      TrainingProgram.run("archive-get", config, stanza, TrainingCluster.SEGMENT, restored);
      TrainingProgram.run("backup", config, stanza, offline, "--type=full");
      TrainingProgram.run("backup", config, stanza, offline, "--type=full");
      TrainingProgram.run("info", config);
      TrainingProgram.run("verify", config, stanza);
      TrainingProgram.run("expire", config, stanza, "--repo1-retention-full=1");
      TrainingProgram.run("restore", config, stanza, "--pg1-path=" + directory.resolve("fetched"));
    } catch (IOException e) {
      System.out.println("training: no bucket: " + e.getMessage());
    }
  }

  /** A keeper that comes up late, or a verb that hangs for a second, is time without a primary. */
  private void trainCluster() throws IOException {
    TrainingProgram.run("version");
    TrainingProgram.run("help", "status");
    try (TrainingMonitor monitor = TrainingMonitor.start(directory)) {
      monitor.await();
      monitor.ask("status");
      monitor.ask("status", "--output=json");
      monitor.ask("events");
      monitor.ask("settings", "--profile=fast");
      monitor.ask("maintenance", "on", "--dry-run");
      monitor.ask("switchover", "--dry-run");
      monitor.ask("failover", "--dry-run");
      monitor.ask("monitors");
    }
  }
}
