package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.keeper.AdoptedServer;
import dev.holdfast.ha.keeper.KeeperConfiguration;
import dev.holdfast.ha.keeper.RepositoryProgram;
import dev.holdfast.ha.keeper.WatchdogChoice;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.postgres.process.PostgresInstallation;
import dev.holdfast.postgres.replication.ConfigurationFiles;
import dev.holdfast.postgres.session.SessionTarget;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a keeper is told, as the options say it: for the keeper, and for whoever prepares its start.
 */
final class KeeperOptions {
  /** Patroni's. */
  private static final int HEALTH_PORT = 8008;

  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "::1");

  private final VerbContext context;
  private final Options options;
  private final String program;

  /** Of a verb. */
  KeeperOptions(VerbContext context) {
    this.context = context;
    this.options = context.options();
    this.program = context.surroundings().command();
  }

  /** A client of the monitor; nothing is connected yet. */
  MonitorClient monitor() {
    return new MonitorClient(
        MonitorClient.addresses(options.string("monitor")),
        options.stanza().toString(),
        options.duration("monitor-timeout"),
        MonitorCredentials.of(options, context.clock(), context.reporter()::warn));
  }

  /** As it was adopted, if it was. */
  KeeperConfiguration configuration() {
    return configuration(AdoptedServer.read(state()));
  }

  /** The keeper's directory. */
  Path state() {
    return options.path("keeper-path").resolve(options.stanza().toString());
  }

  /**
   * Of a server on which this is in force.
   *
   * @param adopted takes the place of defaults; what was chosen is chosen
   */
  KeeperConfiguration configuration(AdoptedServer adopted) {
    int key = options.clusterKeys().getFirst();
    Path data = options.path("pg-path", key);
    int port = options.integer("pg-port", key);
    String host = options.optional("node-host").orElseGet(KeeperOptions::hostName);
    Map<String, String> settings = new TreeMap<>();
    settings.put("port", Integer.toString(port));
    settings.put(
        "listen_addresses",
        options
            .optional("pg-listen")
            .orElse(adopted.listen().isEmpty() ? reachableAt(host) : adopted.listen()));
    if (!adopted.sockets().isEmpty()) {
      settings.put("unix_socket_directories", adopted.sockets());
    } else {
      options
          .optional("pg-socket-path", key)
          .ifPresent(directory -> settings.put("unix_socket_directories", directory));
    }
    if (options.flag("keeper-archive")) {
      settings.put("archive_mode", "on");
      settings.put("archive_command", new WalCommands(options, program).push());
    }
    String superuser = options.optional("pg-user", key).orElse(System.getProperty("user.name"));
    PostgresInstallation installation = installation(options, data);
    return new KeeperConfiguration(
        options.stanza().toString(),
        options.optional("node-name").orElse(host),
        data,
        state(),
        new ServerAddress(host, port),
        health(options.optional("health-listen").orElse(host + ":" + HEALTH_PORT)),
        new SessionTarget(
            options.optional("pg-socket-path", key).orElse(null), port, "postgres", superuser),
        superuser,
        installation,
        adopted.isAdopted() ? adopted.files() : ConfigurationFiles.find(installation, data),
        repository(options, program),
        new WatchdogChoice(
            WatchdogChoice.Mode.valueOf(options.string("keeper-watchdog").toUpperCase(Locale.ROOT)),
            options.path("keeper-watchdog-device")),
        settings);
  }

  /** The data directory is left out: it is made under another name first. */
  private static RepositoryProgram repository(Options options, String program) {
    List<String> words = new ArrayList<>();
    words.add(program);
    new PassedOnOptions(options)
        .of("restore").stream().filter(word -> !word.startsWith("--pg")).forEach(words::add);
    return new RepositoryProgram(words, new WalCommands(options, program).get());
  }

  private static String reachableAt(String host) {
    return LOCAL.contains(host) ? "localhost" : "localhost," + host;
  }

  private static Optional<InetSocketAddress> health(String listen) {
    if (listen.equals("off")) {
      return Optional.empty();
    }
    ServerAddress address = ServerAddress.parse(listen);
    return Optional.of(new InetSocketAddress(address.host(), address.port()));
  }

  /** The one that was named, or that fits the data directory, or the newest there is. */
  private static PostgresInstallation installation(Options options, Path data) {
    if (options.optional("pg-bin").isPresent()) {
      return PostgresInstallation.at(options.path("pg-bin"));
    }
    if (Files.exists(data.resolve(PgControlFile.NAME))) {
      var version = PgControlFile.read(data, null).control().version();
      return PostgresInstallation.find(version)
          .orElseThrow(() -> missing("PostgreSQL " + version, data));
    }
    return PostgresInstallation.newest().orElseThrow(() -> missing("PostgreSQL", data));
  }

  private static HoldfastException missing(String what, Path data) {
    return new HoldfastException(
        ErrorCode.FILE_MISSING,
        "the programs of " + what + " are not on this host, which '" + data + "' needs",
        "Install them, or say where they are with --pg-bin.");
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new HoldfastException(
          ErrorCode.HOST_INVALID,
          "this host does not know its own name: " + e.getMessage(),
          e,
          "Say with --node-host how the other nodes reach it.");
    }
  }
}
