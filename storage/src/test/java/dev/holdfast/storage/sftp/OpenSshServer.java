package dev.holdfast.storage.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A real sshd on a free port of this machine, with its own configuration and keys in a directory,
 * where the current user can log in with a key.
 */
public final class OpenSshServer implements AutoCloseable {
  private static final Path SSHD = Path.of("/usr/sbin/sshd");
  private static final Path PRIVILEGE_SEPARATION = Path.of("/run/sshd");

  private final Path directory;
  private final int port;
  private final String user;
  private final UnaryOperator<List<String>> asUser;
  private final List<String> moreConfiguration;
  private Process process;

  private OpenSshServer(
      Path directory,
      int port,
      String user,
      UnaryOperator<List<String>> asUser,
      List<String> moreConfiguration) {
    this.directory = directory;
    this.port = port;
    this.user = user;
    this.asUser = asUser;
    this.moreConfiguration = moreConfiguration;
  }

  /** Starts a server for ourselves. @param moreConfiguration lines that go first, and so win */
  public static OpenSshServer start(Path directory, String... moreConfiguration) {
    return start(directory, System.getProperty("user.name"), command -> command, moreConfiguration);
  }

  /**
   * Starts a server that runs as a user and lets that user in.
   *
   * @param directory the user can write it
   * @param asUser makes a command one that runs as the user
   */
  public static OpenSshServer start(
      Path directory,
      String user,
      UnaryOperator<List<String>> asUser,
      String... moreConfiguration) {
    try {
      Files.createDirectories(directory);
      OpenSshServer server =
          new OpenSshServer(directory, freePort(), user, asUser, List.of(moreConfiguration));
      for (Path key : List.of(server.hostKey(), server.privateKey())) {
        run(asUser.apply(keyCommand(key, "", List.of("-t", "ed25519"))));
      }
      Files.copy(server.publicKey(), server.authorizedKeys());
      if (isRoot()) {
        Files.createDirectories(PRIVILEGE_SEPARATION);
      }
      server.run();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes a key without asking anything. */
  public static void makeKey(Path file, String passphrase, String... arguments) {
    run(
        keyCommand(
            file,
            passphrase,
            arguments.length == 0 ? List.of("-t", "ed25519") : List.of(arguments)));
  }

  private static List<String> keyCommand(Path file, String passphrase, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("ssh-keygen", "-q", "-f", file.toString()));
    command.addAll(List.of("-N", passphrase, "-C", "test"));
    command.addAll(arguments);
    return command;
  }

  static void run(List<String> command) {
    try {
      Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(started.waitFor()).as("%s: %s", command, output).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  private void run() throws IOException {
    List<String> lines = new ArrayList<>(moreConfiguration);
    lines.addAll(
        List.of(
            "Port " + port,
            "ListenAddress 127.0.0.1",
            "HostKey " + hostKey(),
            "AuthorizedKeysFile " + authorizedKeys(),
            "PidFile none",
            "UsePAM no",
            "StrictModes no",
            "PermitRootLogin prohibit-password",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "MaxStartups 100"));
    if (moreConfiguration.stream().noneMatch(line -> line.startsWith("Subsystem"))) {
      lines.add("Subsystem sftp /usr/lib/openssh/sftp-server");
    }
    Path configuration = directory.resolve("sshd_config");
    Files.write(configuration, lines);
    process =
        new ProcessBuilder(
                asUser.apply(List.of(SSHD.toString(), "-D", "-e", "-f", configuration.toString())))
            .redirectErrorStream(true)
            .start();
    BufferedReader log =
        new BufferedReader(
            new java.io.InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder seen = new StringBuilder();
    String line;
    while ((line = log.readLine()) != null) {
      seen.append(line).append('\n');
      if (line.contains("Server listening")) {
        Thread.ofVirtual().start(() -> drain(log));
        return;
      }
    }
    throw new AssertionError("sshd did not start: " + seen);
  }

  private static void drain(BufferedReader log) {
    try (log) {
      while (log.readLine() != null) {
        // Else the server would stop at a full pipe.
      }
    } catch (IOException e) {
      // It was ended.
    }
  }

  /** Stops the server with everything that it started, and starts it again on the same port. */
  public void restart() {
    stop();
    try {
      run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends all connections; the server goes on listening. */
  public void dropConnections() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
  }

  /** The address to connect to. */
  public String host() {
    return "127.0.0.1";
  }

  /** The port of the server. */
  public int port() {
    return port;
  }

  /** The user who can log in. */
  public String user() {
    return user;
  }

  /** The key of the server. */
  public Path hostKey() {
    return directory.resolve("host_key");
  }

  /** The key to log in with. */
  public Path privateKey() {
    return directory.resolve("id");
  }

  /** Its public half. */
  public Path publicKey() {
    return directory.resolve("id.pub");
  }

  /** The keys that can log in. */
  public Path authorizedKeys() {
    return directory.resolve("authorized_keys");
  }

  /** A line for a file of known hosts. */
  public String knownHostsLine() {
    return knownHostsLine("[127.0.0.1]:" + port);
  }

  String knownHostsLine(String name) {
    try {
      return name + " " + Files.readString(directory.resolve("host_key.pub"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of known hosts with the server in it. */
  public Path knownHosts() {
    Path file = directory.resolve("known_hosts");
    try {
      Files.writeString(file, knownHostsLine());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  /** Settings to reach a directory through the server. */
  public SftpSettings settings(Path root) {
    return settings(root, port, Duration.ofSeconds(20));
  }

  SftpSettings settings(Path root, int throughPort, Duration timeout) {
    return settings(root, throughPort, timeout, new HostKeyCheck.None());
  }

  SftpSettings settings(Path root, int throughPort, Duration timeout, HostKeyCheck check) {
    return new SftpSettings(
        host(),
        throughPort,
        user(),
        privateKey(),
        Optional.empty(),
        Optional.empty(),
        check,
        timeout,
        root.toString(),
        0640,
        0750);
  }

  private void stop() {
    List<ProcessHandle> sessions = process.descendants().toList();
    process.destroy();
    sessions.forEach(ProcessHandle::destroy);
    try {
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    stop();
  }
}
