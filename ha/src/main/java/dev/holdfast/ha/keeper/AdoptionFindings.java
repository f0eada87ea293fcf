package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.postgres.replication.ManagedSettings;
import dev.holdfast.postgres.replication.ServerSurvey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a server that is to be adopted is like: for people, and whether it can be adopted.
 *
 * @param survey what it says of itself
 * @param overridden settings of the keeper's that {@code ALTER SYSTEM} has set
 */
record AdoptionFindings(
    KeeperConfiguration configuration, ServerSurvey survey, List<String> overridden) {
  private static final Duration REACHED = Duration.ofSeconds(3);
  private static final String STAYS = "stays";

  /** All of it, the most important first. */
  List<Finding> all() {
    List<Finding> all = new ArrayList<>();
    all.add(
        new Finding(
            "PostgreSQL",
            survey.setting("server_version").replaceFirst(" .*", "") + ", " + role(),
            "node '" + configuration.name() + "' of cluster '" + configuration.cluster() + "'"));
    all.add(restart());
    all.add(
        new Finding(
            "listens on",
            survey.setting("listen_addresses") + ", port " + survey.setting("port"),
            listening()));
    all.add(
        new Finding(
            "configuration",
            survey.setting("config_file") + (isOutside() ? ", outside of the data directory" : ""),
            "includes " + configuration.data().resolve(ManagedSettings.FILE) + " at its end"));
    all.add(
        new Finding(
            "access",
            survey.setting("hba_file"),
            "a line at its top lets in role " + Hands.ROLE + ", with a password"));
    all.add(
        new Finding(
            "replication",
            "wal_level="
                + survey.setting("wal_level")
                + ", max_wal_senders="
                + survey.setting("max_wal_senders")
                + ", hot_standby="
                + survey.setting("hot_standby"),
            STAYS));
    all.add(rewinding());
    all.add(confirming());
    if (!overridden.isEmpty()) {
      all.add(
          new Finding(
              "ALTER SYSTEM has set",
              String.join(", ", overridden),
              "is reset: " + ManagedSettings.FILE + " sets them"));
    }
    if (!survey.standbys().isEmpty()) {
      all.add(
          new Finding(
              "standbys",
              String.join(", ", survey.standbys()),
              "stream on as they are, until each is adopted"));
    }
    if (!survey.slots().isEmpty()) {
      all.add(
          new Finding(
              "replication slots",
              String.join(", ", survey.slots()),
              "stay; drop those of standbys that were adopted, or they keep WAL for ever"));
    }
    if (!survey.tablespaces().isEmpty()) {
      all.add(
          new Finding(
              "tablespaces",
              String.join(", ", survey.tablespaces()),
              "stay; a new copy needs their directories free at the same paths, or is refused"));
    }
    if (!survey.restartPending().isEmpty()) {
      all.add(
          new Finding(
              "wait for a restart",
              String.join(", ", survey.restartPending()),
              "take effect when PostgreSQL is restarted next"));
    }
    return all;
  }

  private String role() {
    return survey.recovery()
        ? survey.upstream().map(one -> "a standby of " + one).orElse("a standby that streams not")
        : "a primary";
  }

  private Finding restart() {
    return survey.recovery()
        ? new Finding(
            "restart",
            "runs without the keeper's service file",
            "once, when its keeper is started and the primary lets it in; it is not copied")
        : new Finding("restart", "not needed", "goes on under the same process");
  }

  private String listening() {
    String next = configuration.settings().getOrDefault("listen_addresses", "");
    return next.equals(survey.setting("listen_addresses"))
        ? STAYS
        : "'" + next + "' from its next restart on, because of pg-listen";
  }

  private boolean isOutside() {
    return !configuration.files().isIn(configuration.data());
  }

  private Finding rewinding() {
    boolean checksums = survey.setting("data_checksums").equals("on");
    boolean hints = survey.setting("wal_log_hints").equals("on");
    boolean works =
        configuration.installation().has("pg_rewind")
            && (checksums || hints)
            && survey.setting("full_page_writes").equals("on");
    return new Finding(
        "pg_rewind",
        "data checksums "
            + (checksums ? "on" : "off")
            + ", wal_log_hints "
            + (hints ? "on" : "off"),
        works
            ? "can bring a former primary back"
            : "cannot: a former primary is copied anew, unless wal_log_hints is set");
  }

  private Finding confirming() {
    String names = survey.setting("synchronous_standby_names");
    String found = names.isEmpty() ? "nobody" : "'" + names + "'";
    if (survey.recovery()) {
      return new Finding("who confirms", found, "whom the monitor chooses, if it is ever promoted");
    }
    return new Finding(
        "who confirms",
        found,
        names.isEmpty()
            ? "a standby, once it is adopted and has caught up"
            : "stays until a second node registers; then nobody until a standby has caught up");
  }

  /**
   * Throws when it cannot be adopted as it runs, the monitor's reasons apart.
   *
   * @throws HoldfastException access (105) when the session or the user has not the rights,
   *     db-mismatch (58) when another server answers, config (27) when it would have to be
   *     restarted first, feature-not-supported (67) when somebody else manages it
   */
  void refuse() {
    refuseTheWrongServer();
    refuseTheWrongUser();
    new OtherManagers(configuration.data()).refuse();
    if (survey.setting("shared_preload_libraries").contains("pgautofailover")) {
      throw new HoldfastException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "this PostgreSQL is a monitor of pg_auto_failover",
          "A monitor of that is not to be failed over by another.");
    }
    refuseWhatNeedsARestart();
  }

  private void refuseTheWrongServer() {
    String said = survey.setting("data_directory");
    try {
      if (!said.isEmpty() && Path.of(said).toRealPath().equals(configuration.data().toRealPath())) {
        return;
      }
    } catch (IOException e) {
      // Then it is not the same.
    }
    throw new HoldfastException(
        ErrorCode.DB_MISMATCH,
        said.isEmpty()
            ? "role '" + configuration.superuser() + "' may not see which data directory answers"
            : "the server that answers has the data directory '"
                + said
                + "', and not '"
                + configuration.data()
                + "'",
        "Do pg-path, pg-port, pg-socket-path and pg-user fit each other?");
  }

  private void refuseTheWrongUser() {
    if (!survey.setting("is_superuser").equals("on")) {
      throw new HoldfastException(
          ErrorCode.ACCESS,
          "role '" + configuration.superuser() + "' is no superuser",
          "Name one that gets in without a password over the socket, with pg-user.");
    }
    String own = System.getProperty("user.name");
    List<Path> written =
        List.of(
            configuration.data(),
            Path.of(survey.setting("config_file")),
            Path.of(survey.setting("hba_file")));
    try {
      String owner = Files.getOwner(configuration.data()).getName();
      if (!owner.equals(own)) {
        throw new HoldfastException(
            ErrorCode.ACCESS,
            "'" + configuration.data() + "' belongs to '" + owner + "', and this is '" + own + "'",
            "A keeper runs as PostgreSQL does: sudo -u " + owner + " holdfast ...");
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_INFO, "unable to look at '" + configuration.data() + "': " + e, e);
    }
    for (Path path : written) {
      Path directory = path.equals(configuration.data()) ? path : path.resolveSibling(".");
      if (!Files.isWritable(path) || !Files.isWritable(directory)) {
        throw new HoldfastException(
            ErrorCode.ACCESS,
            "'" + own + "' cannot replace '" + path + "'",
            "A keeper adds a line to it, and writes it beside first: let '"
                + own
                + "' write there.");
      }
    }
  }

  private void refuseWhatNeedsARestart() {
    List<String> needed = new ArrayList<>();
    if (survey.setting("wal_level").equals("minimal")) {
      needed.add("ALTER SYSTEM SET wal_level = 'replica'");
    }
    if (survey.setting("max_wal_senders").equals("0")) {
      needed.add("ALTER SYSTEM SET max_wal_senders = 10");
    }
    if (!needed.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.CONFIG,
          "no standby can stream from this PostgreSQL as it is configured, and changing that needs"
              + " a restart",
          "When you can, restart it after: " + String.join("; ", needed) + ". Then adopt it.");
    }
    ServerAddress endpoint = configuration.endpoint();
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(endpoint.host(), endpoint.port()), (int) REACHED.toMillis());
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.CONFIG,
          "PostgreSQL is not reached at "
              + endpoint
              + ", where the other nodes would look for it: "
              + e.getMessage(),
          e,
          "It listens on '"
              + survey.setting("listen_addresses")
              + "'; changing that needs a"
              + " restart. Is node-host right?");
    }
  }
}
