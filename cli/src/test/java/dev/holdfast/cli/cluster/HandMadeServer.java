package dev.holdfast.cli.cluster;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.postgres.process.ClusterPlace;
import dev.holdfast.postgres.process.ClusterProcesses;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A PostgreSQL that an administrator has made and started, and perhaps a keeper of it. */
final class HandMadeServer implements AutoCloseable {
  static final String STANZA = "main";
  private static final Duration KILLED = Duration.ofSeconds(20);

  private final TestDirectory directory;
  private final String name;
  private final int port = ClusterPlace.freePort();
  private final String monitor;
  private final Path home;
  private HoldfastCommand.Running keeper;

  private HandMadeServer(TestDirectory directory, String name, String monitor) {
    this.directory = directory;
    this.name = name;
    this.monitor = monitor;
    this.home = directory.directory(name);
  }

  /** None yet. */
  static HandMadeServer absent(TestDirectory directory, String name, String monitor) {
    return new HandMadeServer(directory, name, monitor);
  }

  /** One whose configuration is outside of its data directory, as Debian has it; it runs. */
  static HandMadeServer debian(TestDirectory directory, String name, String monitor) {
    HandMadeServer server = new HandMadeServer(directory, name, monitor);
    server.initialize();
    server.move(server.data(), directory.directory(name + "/etc"));
    server.configure(
        """
        data_directory = '%1$s/data'
        hba_file = '%1$s/etc/pg_hba.conf'
        ident_file = '%1$s/etc/pg_ident.conf'
        work_mem = '7MB'
        """
            .formatted(server.home));
    server.admitStandbys();
    server.start();
    server.sql("create role app login superuser password 'app'");
    server.sql("create role repl login replication");
    return server;
  }

  /** One with its configuration in its data directory; it does not run. */
  static HandMadeServer plain(TestDirectory directory, String name, String monitor) {
    HandMadeServer server = new HandMadeServer(directory, name, monitor);
    server.initialize();
    server.configure("");
    return server;
  }

  /** A copy of another, with its configuration in its data directory; it does not run. */
  static HandMadeServer copyOf(HandMadeServer primary, String name, String... more) {
    HandMadeServer server = new HandMadeServer(primary.directory, name, primary.monitor);
    List<String> command =
        new ArrayList<>(
            List.of(
                program("pg_basebackup"),
                "-h127.0.0.1",
                "-p" + primary.port,
                "-Urepl",
                "-w",
                "-D" + server.data(),
                "-cfast"));
    command.addAll(List.of(more));
    server.directory.run(command.toArray(String[]::new));
    for (String file : List.of("pg_hba.conf", "pg_ident.conf")) {
      server.run("cp", primary.etc().resolve(file).toString(), server.data().toString());
    }
    server.directory.run("cp", "/dev/null", server.data().resolve("postgresql.conf").toString());
    server.configure("cluster_name = '" + name + "'\n");
    return server;
  }

  private void initialize() {
    run(program("initdb"), "-kD", data().toString(), "--auth-local=peer", "--auth-host=md5");
  }

  private void move(Path from, Path to) {
    for (String file : List.of("postgresql.conf", "pg_hba.conf", "pg_ident.conf")) {
      run("mv", from.resolve(file).toString(), to.toString());
    }
  }

  private void configure(String more) {
    append(
        etc().resolve("postgresql.conf"),
        """
        port = %d
        listen_addresses = '127.0.0.1'
        unix_socket_directories = '%s'
        """
                .formatted(port, home)
            + more);
  }

  /** Before the lines of initdb, which ask for passwords. */
  private void admitStandbys() {
    Path hba = etc().resolve("pg_hba.conf");
    run("sed", "-i", "1i host replication repl 127.0.0.1/32 trust", hba.toString());
  }

  private void append(Path file, String text) {
    Path more = directory.file("more", text);
    run("sh", "-c", "cat " + more + " >> " + file);
  }

  /** As the administrator does. */
  void start() {
    List<String> command =
        new ArrayList<>(
            List.of(
                program("pg_ctl"), "start", "-w", "-D", data().toString(), "-l", home + "/log"));
    if (!etc().equals(data())) {
      command.addAll(List.of("-o", "-c config_file=" + etc().resolve("postgresql.conf")));
    }
    run(command.toArray(String[]::new));
  }

  void run(String... command) {
    directory.run(command);
  }

  private static String program(String name) {
    return TestPostgres.system().program(name).toString();
  }

  /** Where its configuration is. */
  private Path etc() {
    return Files.exists(home.resolve("etc")) ? home.resolve("etc") : data();
  }

  String name() {
    return name;
  }

  int port() {
    return port;
  }

  Path data() {
    return home.resolve("data");
  }

  /** A file that somebody puts there. */
  void touch(String file) {
    run("touch", data().resolve(file).toString());
  }

  void remove(String file) {
    run("rm", data().resolve(file).toString());
  }

  /** What psql answers, over its socket. */
  String sql(String statement) {
    return directory
        .run(
            program("psql"),
            "-XAtq",
            "-h",
            home.toString(),
            "-p",
            Integer.toString(port),
            "-d",
            "postgres",
            "-c",
            statement)
        .out()
        .strip();
  }

  long postmaster() {
    try {
      return Long.parseLong(Files.readAllLines(data().resolve("postmaster.pid")).getFirst());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  HoldfastCommand.Outcome adopt(String... more) {
    return startAdopting(more).await();
  }

  HoldfastCommand.Running startAdopting(String... more) {
    return begin("adopt", more);
  }

  void startKeeper() {
    keeper = begin("keeper", "--health-listen=off");
  }

  /** The keeper, which ends by itself. */
  HoldfastCommand.Outcome refusedKeeper() {
    return begin("keeper", "--health-listen=off").await();
  }

  private HoldfastCommand.Running begin(String verb, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                verb,
                "--no-config",
                "--stanza=" + STANZA,
                "--pg1-path=" + data(),
                "--pg1-port=" + port,
                "--pg1-socket-path=" + home,
                "--pg-bin=" + TestPostgres.system().bin(),
                "--node-name=" + name,
                "--node-host=127.0.0.1",
                "--monitor=" + monitor,
                "--keeper-path=" + home.resolve("keeper"),
                "--log-level-file=off",
                "--log-level-console=" + (verb.equals("keeper") ? "info" : "off")));
    command.addAll(List.of(more));
    return HoldfastCommand.start(command.toArray(String[]::new));
  }

  /** Keeper and PostgreSQL at once. */
  void killHost() {
    killKeeper();
    new ClusterProcesses(data()).killAll(KILLED);
  }

  private void killKeeper() {
    if (keeper != null) {
      try {
        keeper.process().destroyForcibly().waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
  }

  /** What was said here, for the message of a failed assertion. */
  String said() {
    StringBuilder text = new StringBuilder(name + ":\n");
    List<Path> files = new ArrayList<>(List.of(home.resolve("log")));
    files.add(home.resolve("keeper/main/postgresql.log"));
    if (keeper != null) {
      files.add(keeper.out());
      files.add(keeper.err());
    }
    for (Path file : files) {
      try {
        text.append(Files.exists(file) ? Files.readString(file) : "");
      } catch (IOException e) {
        text.append(e);
      }
    }
    return text.toString();
  }

  @Override
  public void close() {
    killHost();
  }
}
