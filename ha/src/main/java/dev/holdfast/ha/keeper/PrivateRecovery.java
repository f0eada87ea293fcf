package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Timeline;
import dev.holdfast.postgres.process.PostgresInstallation;
import dev.holdfast.postgres.process.ServerControl;
import dev.holdfast.postgres.process.StopMode;
import dev.holdfast.postgres.replication.ConfigurationFiles;
import dev.holdfast.postgres.replication.ReplicationSession;
import dev.holdfast.postgres.session.SessionTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Has PostgreSQL recover a restored data directory, on a socket in the keeper's own directory, so
 * that no client reaches it before the cluster has a primary again.
 */
final class PrivateRecovery {
  /** A shutdown's checkpoint writes what recovery has changed and no checkpoint has written yet. */
  private static final Duration STOP_PATIENCE = Duration.ofMinutes(10);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  private static final Duration QUERY = Duration.ofSeconds(10);

  private final PostgresInstallation installation;
  private final Path data;
  private final ConfigurationFiles files;
  private final Path state;
  private final SessionTarget target;
  private final Path log;

  /** For a keeper. */
  PrivateRecovery(KeeperConfiguration configuration) {
    SessionTarget usual = configuration.local();
    this.installation = configuration.installation();
    this.data = configuration.data();
    this.files = configuration.files();
    this.state = configuration.state();
    this.target = new SessionTarget(state.toString(), usual.port(), usual.database(), usual.user());
    this.log = state.resolve("recovery.log");
  }

  /** Ends what a keeper that is gone has left running there. */
  void end(Path directory) {
    if (Files.exists(directory)) {
      control(directory).stop(StopMode.IMMEDIATE, Duration.ZERO);
    }
  }

  /**
   * Recovers, until PostgreSQL would take writes, and stops it in good order.
   *
   * @param along the timeline to follow
   * @param unwanted whether nobody waits for it any more
   * @throws HoldfastException execute (102) when recovery does not come to its target
   */
  void run(Path directory, Timeline along, BooleanSupplier unwanted) {
    ServerControl control = control(directory);
    Map<String, String> settings = new HashMap<>(files.launchSettings(data));
    if (!files.isIn(data)) {
      // Debian's configuration says where its data are.
      settings.put("data_directory", directory.toString());
    }
    settings.putAll(
        Map.of(
            // What it writes is to be archived, but not before the node is the primary.
            "archive_mode",
            "on",
            "archive_command",
            "false",
            "listen_addresses",
            "",
            "unix_socket_directories",
            state.toString(),
            "port",
            Integer.toString(target.port()),
            "hot_standby",
            "on",
            "recovery_target_timeline",
            Long.toString(along.number()),
            "synchronous_standby_names",
            ""));
    control.launch(settings);
    while (!hasRecovered(control)) {
      if (control.processes().running().isEmpty()) {
        throw new HoldfastException(
            ErrorCode.EXECUTE,
            "PostgreSQL ended while it recovered '" + directory + "': " + lastFatal(),
            "What it says is in '" + log + "', or where its own settings put it.");
      }
      if (unwanted.getAsBoolean()) {
        control.stop(StopMode.IMMEDIATE, Duration.ZERO);
        throw new HoldfastException(
            ErrorCode.TERM, "the recovery of '" + directory + "' is not wanted any more");
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
    control.stop(StopMode.FAST, STOP_PATIENCE);
  }

  private boolean hasRecovered(ServerControl control) {
    if (!control.takesConnections()) {
      return false;
    }
    try (ReplicationSession session = ReplicationSession.open(target, QUERY, Map.of())) {
      return !session.look().recovery();
    } catch (HoldfastException e) {
      // It may end just now: that is seen by its processes.
      return false;
    }
  }

  /** The last thing that PostgreSQL could not do, of what it wrote to its first log. */
  private String lastFatal() {
    try {
      return Files.readAllLines(log, StandardCharsets.ISO_8859_1).stream()
          .filter(line -> line.contains("FATAL") || line.contains("PANIC"))
          .reduce((before, last) -> last)
          .orElse("it does not say why");
    } catch (IOException e) {
      return "it does not say why";
    }
  }

  private ServerControl control(Path directory) {
    return new ServerControl(installation, directory, log, Map.of());
  }
}
