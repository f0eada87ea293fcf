package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A cluster that archives through the thin client, with an agent beside it or without. */
final class AgentSite implements AutoCloseable {
  final ArchiveSite site = new ArchiveSite();
  final Path spool = site.directory.directory("spool");
  private final List<HoldfastCommand.Running> agents = new ArrayList<>();

  AgentSite() {
    site.pgBackRest
        .option("global", "spool-path", spool.toString())
        .option("global", "process-max", "2");
  }

  Path socket() {
    return spool.resolve("main.sock");
  }

  /** Starts an agent and waits until it answers. */
  HoldfastCommand.Running startAgent() {
    HoldfastCommand.Running agent = launch();
    ArchiveSite.await("the agent listens", () -> answers() || !agent.process().isAlive());
    assertThat(agent.process().isAlive()).as(() -> text(agent.out()) + text(agent.err())).isTrue();
    return agent;
  }

  /** Starts an agent that need not come up. */
  HoldfastCommand.Running launch() {
    HoldfastCommand.Running agent =
        HoldfastCommand.start(site.arguments("main", "agent", "--log-level-console=detail"));
    agents.add(agent);
    return agent;
  }

  /** Lets one end with the site that was started otherwise. */
  void adopt(HoldfastCommand.Running agent) {
    agents.add(agent);
  }

  private boolean answers() {
    return run(List.of("curl", "-q", "-s", "--unix-socket", socket().toString(), "http://agent/"))
            .exit()
        == 0;
  }

  /** Runs the thin client in the data directory, as PostgreSQL does. */
  HoldfastCommand.Outcome client(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(HoldfastCommand.walProgram().toString());
    command.addAll(List.of(arguments));
    command.add("--stanza=main");
    command.add("--spool-path=" + spool);
    command.add("--config=" + site.pgBackRest.configuration());
    return run(command);
  }

  HoldfastCommand.Outcome run(List<String> command) {
    try {
      List<String> all = new ArrayList<>(HoldfastCommand.prefix());
      all.addAll(command);
      Path out = Files.createTempFile("hf", ".out");
      Path err = Files.createTempFile("hf", ".err");
      Process process =
          new ProcessBuilder(all)
              .directory(site.postgres.pgdata().toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      return new HoldfastCommand.Running(process, out, err).await();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** archive_command, by the thin client. */
  void archiveThroughClient() {
    site.postgres.archiveCommand(walCommand("archive-push") + " \"%p\"");
  }

  String restoreCommand() {
    return walCommand("archive-get") + " %f \"%p\"";
  }

  private String walCommand(String verb) {
    return "%s %s --stanza=main --spool-path=%s --config=%s"
        .formatted(HoldfastCommand.walProgram(), verb, spool, site.pgBackRest.configuration());
  }

  /** Ends one as an operator does, and gives its exit code. */
  static int terminate(HoldfastCommand.Running agent) {
    agent.process().destroy();
    return exit(agent);
  }

  static int kill(HoldfastCommand.Running agent) {
    agent.process().destroyForcibly();
    return exit(agent);
  }

  private static int exit(HoldfastCommand.Running agent) {
    try {
      assertThat(agent.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
      return agent.process().exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What lies in a directory of the spool; nothing if there is none. */
  List<String> spooled(String direction) {
    Path directory = spool.resolve("archive/main").resolve(direction);
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    for (HoldfastCommand.Running agent : agents) {
      agent.process().destroyForcibly();
      exit(agent);
    }
    site.close();
  }
}
