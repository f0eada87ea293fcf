package dev.holdfast.cli.demo;

import dev.holdfast.cli.local.LocalProgram;
import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.process.ClusterPlace;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.postgres.process.OsUser;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The demonstration's directory: clusters, repository, configuration, and the program as the
 * unprivileged user runs it.
 */
final class Workshop {
  static final String STANZA = "demo";
  private static final Duration VERB_TIMEOUT = Duration.ofMinutes(5);

  private final Path directory;
  private final LocalProgram program;

  private Workshop(Path directory, LocalProgram program) {
    this.directory = directory;
    this.program = program;
  }

  /**
   * Makes it below /tmp, whose path is short enough for sockets, and finds a way for its user to
   * run the program.
   */
  static Workshop create(OsUser owner) {
    try {
      String number = Long.toHexString(ThreadLocalRandom.current().nextLong(1 << 24, 1 << 28));
      Path directory =
          Files.createDirectory(
              Path.of("/tmp", "holdfast-demo-" + number),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      owner.own(directory);
      LocalProgram program = new LocalProgram(owner, directory.resolve("bin/holdfast"));
      for (String each : List.of("bin", "cluster", "repo", "log", "lock", "spool")) {
        owner.createDirectory(directory.resolve(each), 0750);
      }
      program.install();
      return new Workshop(directory, program);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_CREATE, "unable to make a directory below /tmp: " + e.getMessage(), e);
    }
  }

  /** How its user runs the verbs. */
  LocalProgram program() {
    return program;
  }

  /** Where everything is. */
  Path directory() {
    return directory;
  }

  /** Where its cluster is. */
  Path cluster() {
    return directory.resolve("cluster");
  }

  /** The configuration file of the demonstration's backups. */
  Path configuration() {
    return directory.resolve("holdfast.conf");
  }

  /** Whom it belongs to, and who runs everything. */
  OsUser owner() {
    return program.owner();
  }

  /** Writes the configuration: an encrypted repository with a passphrase of this run. */
  void configure(ClusterPlace cluster) {
    String text =
        """
        [global]
        repo1-path=%1$s/repo
        repo1-cipher-type=aes-256-cbc
        repo1-cipher-pass=%2$s
        repo1-bundle=y
        repo1-retention-full=2
        compress-type=zst
        start-fast=y
        log-path=%1$s/log
        lock-path=%1$s/lock
        spool-path=%1$s/spool
        log-level-console=off

        [%3$s]
        pg1-path=%4$s
        pg1-socket-path=%5$s
        pg1-port=%6$d
        pg1-user=postgres
        """
            .formatted(
                directory,
                CipherPass.generate().value(),
                STANZA,
                cluster.data(),
                cluster.sockets(),
                cluster.port());
    try {
      Files.createFile(configuration());
      Files.setAttribute(configuration(), "unix:mode", 0600);
      Files.writeString(configuration(), text);
      owner().own(configuration());
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE, "unable to write '" + configuration() + "': " + e.getMessage(), e);
    }
  }

  /**
   * The command that archives a segment, for PostgreSQL's configuration; whichever of the nodes
   * runs it does so in its data directory.
   */
  String archiveCommand() {
    List<String> words = new ArrayList<>(List.of(program.script().toString()));
    words.addAll(arguments("archive-push", "%p"));
    words.add("--pg1-path=\"$PWD\"");
    return String.join(" ", words);
  }

  /** Runs a verb as the unprivileged user, to its end. */
  void holdfast(String... arguments) {
    program.run(arguments(arguments));
  }

  private List<String> arguments(String... arguments) {
    List<String> all = new ArrayList<>();
    all.add("--config=" + configuration());
    all.add("--stanza=" + STANZA);
    all.addAll(List.of(arguments));
    return all;
  }

  /** The bytes of all files below a part of the directory. */
  long size(String part) {
    Sizes sizes = new Sizes();
    try {
      Files.walkFileTree(directory.resolve(part), sizes);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to measure '" + part + "': " + e.getMessage(), e);
    }
    return sizes.bytes;
  }

  private static final class Sizes extends SimpleFileVisitor<Path> {
    private long bytes;

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      bytes += attributes.isRegularFile() ? attributes.size() : 0;
      return FileVisitResult.CONTINUE;
    }

    /** A running server removes files while they are counted. */
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return FileVisitResult.CONTINUE;
    }
  }

  /**
   * Writes a script that stops everything and removes it, itself too.
   *
   * @param processes that would start clusters again; whoever has their number later is left alone
   */
  Path writeEnd(List<Long> processes, List<ClusterPlace> clusters) {
    StringBuilder text = new StringBuilder("#!/bin/sh\n");
    for (long process : processes) {
      text.append(
          "grep -qs '%s' /proc/%d/cmdline && kill -KILL %2$d\n".formatted(directory, process));
    }
    for (ClusterPlace cluster : clusters) {
      text.append("kill -QUIT \"$(head -n 1 '").append(cluster.data());
      text.append("/postmaster.pid')\"\n");
    }
    text.append("rm -rf '").append(directory).append("'\n");
    Path script = directory.resolve("end");
    try {
      Files.writeString(script, text);
      Files.setAttribute(script, "unix:mode", 0755);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE, "unable to write '" + script + "': " + e.getMessage(), e);
    }
    return script;
  }

  /** Removes all of it. */
  void remove() {
    ExternalProgram.run(List.of("rm", "-rf", "--", directory.toString()), Map.of(), VERB_TIMEOUT)
        .orThrow("remove '" + directory + "'");
  }
}
