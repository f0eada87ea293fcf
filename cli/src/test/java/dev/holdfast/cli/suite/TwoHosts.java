package dev.holdfast.cli.suite;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.storage.sftp.OpenSshServer;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A backup server and a database host on one machine: two configurations with two directories of
 * locks, logs and spools, and a real SSH server that each reaches the other by.
 */
final class TwoHosts implements AutoCloseable {
  private final Site site;
  private final TestDirectory directory;
  private final OpenSshServer server;
  private final Path ssh;

  private TwoHosts(Site site, OpenSshServer server, Path ssh) {
    this.site = site;
    this.directory = site.directory();
    this.server = server;
    this.ssh = ssh;
  }

  /** The backup server is a site, whose repository it is. */
  static TwoHosts create() {
    Site site = Site.create();
    TestDirectory directory = site.directory();
    OpenSshServer server =
        OpenSshServer.start(
            directory.directory("sshd"),
            directory.owner().name(),
            command -> directory.owner().command(command));
    String known = server.knownHostsLine();
    Path hosts =
        directory.file("known_hosts", known + "\n" + known.replace("127.0.0.1", "localhost"));
    Path ssh =
        directory.file(
            "ssh",
            "#!/bin/sh\nexec ssh -F none -i '"
                + server.privateKey()
                + "' -o StrictHostKeyChecking=yes -o UserKnownHostsFile='"
                + hosts
                + "' \"$@\"\n");
    directory.run("chmod", "755", ssh.toString());
    site.option("cmd-ssh", ssh.toString()).option("log-level-console", "info");
    return new TwoHosts(site, server, ssh);
  }

  Site site() {
    return site;
  }

  OpenSshServer server() {
    return server;
  }

  /** Tells the backup server that a cluster is on the host of this name. */
  void cluster(int key, String host, Path databaseHost, String pgdata) {
    String pg = "pg" + key;
    site.pgbackrest()
        .option(Site.STANZA, pg + "-host", host)
        .option(Site.STANZA, pg + "-host-port", Integer.toString(server.port()))
        .option(Site.STANZA, pg + "-host-user", server.user())
        .option(Site.STANZA, pg + "-host-cmd", HoldfastCommand.program().toString())
        .option(Site.STANZA, pg + "-host-config", databaseHost.toString())
        .option(Site.STANZA, pg + "-path", pgdata);
  }

  /** Tells the backup server that a running cluster is on the host of this name. */
  void cluster(int key, String host, Path databaseHost, TestPostgres postgres) {
    cluster(key, host, databaseHost, postgres.pgdata().toString());
    site.pgbackrest()
        .option(Site.STANZA, "pg" + key + "-port", Integer.toString(postgres.port()))
        .option(Site.STANZA, "pg" + key + "-socket-path", postgres.socketDirectory().toString())
        .option(Site.STANZA, "pg" + key + "-user", directory.owner().name());
  }

  /** The configuration of a database host, which finds its repository on the backup server. */
  Path databaseHost(String name, TestPostgres postgres) {
    return databaseHost(
        name,
        "pg1-path=" + postgres.pgdata(),
        "pg1-port=" + postgres.port(),
        "pg1-socket-path=" + postgres.socketDirectory());
  }

  /** The configuration of a database host, with these lines for the stanza. */
  Path databaseHost(String name, String... lines) {
    return directory.file(
        name + ".conf",
        String.join(
            "\n",
            "[global]",
            "repo1-host=" + server.host(),
            "repo1-host-user=" + server.user(),
            "repo1-host-port=" + server.port(),
            "repo1-host-cmd=" + HoldfastCommand.program(),
            "repo1-host-config=" + site.pgbackrest().configuration(),
            "cmd-ssh=" + ssh,
            "lock-path=" + directory.directory(name + "-lock"),
            "log-path=" + directory.directory(name + "-log"),
            "spool-path=" + directory.directory(name + "-spool"),
            "[" + Site.STANZA + "]",
            String.join("\n", lines),
            ""));
  }

  /** Runs a verb on a database host. */
  static Outcome there(Path databaseHost, String... verbAndOptions) {
    return HoldfastCommand.run(
        Stream.concat(
                Stream.of("--config=" + databaseHost, "--stanza=" + Site.STANZA),
                Stream.of(verbAndOptions))
            .toArray(String[]::new));
  }

  /** The processes that run a verb for the backup server, ssh and its shells left out. */
  static List<ProcessHandle> hosted(Path databaseHost) {
    return ProcessHandle.allProcesses().filter(process -> isHosted(process, databaseHost)).toList();
  }

  private static boolean isHosted(ProcessHandle process, Path databaseHost) {
    try {
      String command =
          Files.readString(
              Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
      return command.contains("dev.holdfast.cli.Main")
          && command.contains("--config=" + databaseHost)
          && command.endsWith("hosted\0");
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      // It ended while we looked.
      return false;
    }
  }

  @Override
  public void close() {
    server.close();
    site.close();
  }
}
