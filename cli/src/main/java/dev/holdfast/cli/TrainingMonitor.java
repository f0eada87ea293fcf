package dev.holdfast.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A monitor with one node, over TLS, for the training: the node's PostgreSQL is a data directory
 * whose server does nothing but say its version, so that its keeper goes all of the way to a start.
 */
final class TrainingMonitor implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);
  private static final String HOST = "127.0.0.1";

  private final Path directory;
  private final int port;
  private final List<Thread> daemons = new ArrayList<>();

  private TrainingMonitor(Path directory, int port) {
    this.directory = directory;
    this.port = port;
  }

  /** Starts the monitor and the keeper; {@link #await} tells when they know each other. */
  static TrainingMonitor start(Path directory) throws IOException {
    TrainingMonitor monitor = new TrainingMonitor(directory, freePort());
    TrainingProgram.run(
        "certificates", "--no-config", "--certificates-path=" + directory.resolve("tls"), HOST);
    monitor.daemon(
        "monitor",
        "--monitor-listen=" + HOST + ":" + monitor.port,
        "--monitor-path=" + directory.resolve("monitor"));
    Path bin = Files.createDirectories(directory.resolve("bin"));
    Files.writeString(bin.resolve("postgres"), "#!/bin/sh\necho 'postgres (PostgreSQL) 15.0'\n");
    Files.setPosixFilePermissions(
        bin.resolve("postgres"), PosixFilePermissions.fromString("rwx------"));
    Path data = directory.resolve("node");
    TrainingCluster.create(data);
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    for (String file : List.of("postgresql.conf", "pg_hba.conf", "postgresql.auto.conf")) {
      Files.writeString(data.resolve(file), "");
    }
    monitor.daemon(
        "keeper",
        monitor.address(),
        "--stanza=training",
        "--keeper-path=" + directory.resolve("keeper"),
        "--health-listen=" + HOST + ":" + freePort(),
        "--node-host=" + HOST,
        "--pg-bin=" + bin,
        "--pg1-path=" + data,
        "--pg1-port=" + freePort(),
        "--pg1-socket-path=" + directory);
    return monitor;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void daemon(String verb, String... options) {
    String[] words = words(verb, options);
    daemons.add(Thread.ofPlatform().daemon().name(verb).start(() -> TrainingProgram.run(words)));
  }

  private String[] words(String verb, String... options) {
    Path tls = directory.resolve("tls");
    return Stream.concat(
            Stream.of(
                verb,
                "--no-config",
                "--log-level-file=off",
                "--log-level-console=info",
                "--monitor-ca-file=" + tls.resolve("ca.crt"),
                "--monitor-cert-file=" + tls.resolve(HOST + ".crt"),
                "--monitor-key-file=" + tls.resolve(HOST + ".key")),
            Stream.of(options))
        .toArray(String[]::new);
  }

  private String address() {
    return "--monitor=https://" + HOST + ":" + port;
  }

  /** An operator's verb. */
  int ask(String verb, String... more) {
    return TrainingProgram.run(
        words(
            verb,
            Stream.concat(Stream.of(address(), "--stanza=training"), Stream.of(more))
                .toArray(String[]::new)));
  }

  /** Until the monitor knows its node, or it takes too long. */
  void await() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (ask("uri") != 0 && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  @Override
  public void close() {
    for (Thread daemon : daemons.reversed()) {
      daemon.interrupt();
      try {
        daemon.join(PATIENCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
