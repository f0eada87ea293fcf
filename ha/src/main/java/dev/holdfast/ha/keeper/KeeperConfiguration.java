package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ServerAddress;
import dev.holdfast.postgres.process.PostgresInstallation;
import dev.holdfast.postgres.replication.ConfigurationFiles;
import dev.holdfast.postgres.session.SessionTarget;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a keeper is told when it starts.
 *
 * @param cluster the cluster's name
 * @param name the node's name for people
 * @param data PostgreSQL's data directory
 * @param state the keeper's own directory
 * @param endpoint where the other nodes reach this PostgreSQL
 * @param health where load balancers ask; empty for nowhere
 * @param local how the keeper reaches it, as a superuser
 * @param superuser the role that a new cluster belongs to
 * @param installation PostgreSQL's programs
 * @param files where PostgreSQL's configuration is
 * @param repository how backups are restored here
 * @param watchdog what is wanted of a watchdog
 * @param settings what PostgreSQL is always given: {@code port}, {@code listen_addresses} ...
 */
public record KeeperConfiguration(
    String cluster,
    String name,
    Path data,
    Path state,
    ServerAddress endpoint,
    Optional<InetSocketAddress> health,
    SessionTarget local,
    String superuser,
    PostgresInstallation installation,
    ConfigurationFiles files,
    RepositoryProgram repository,
    WatchdogChoice watchdog,
    Map<String, String> settings) {
  /** Copies the map. */
  public KeeperConfiguration {
    settings = Map.copyOf(settings);
  }
}
