package dev.holdfast.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.ha.tls.TlsFiles;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The certificates of a site, made as an operator makes them. */
final class SiteCertificates {
  static final String MONITOR = "127.0.0.1";
  static final String OPERATOR = "operator";

  private final Path path;

  /** In a directory that is made here. */
  SiteCertificates(Path path) {
    this.path = path;
    certificates(MONITOR, OPERATOR);
    certificates("--stanza=" + ClusterSite.STANZA, "n1", "n2", "n3");
  }

  private void certificates(String... words) {
    List<String> command =
        new ArrayList<>(List.of("certificates", "--no-config", "--certificates-path=" + path));
    command.addAll(List.of(words));
    HoldfastCommand.Outcome outcome = HoldfastCommand.run(command.toArray(String[]::new));
    assertThat(outcome.exit()).as(outcome::toString).isZero();
  }

  /** Makes one for a monitor that agrees with others, under its name and its address. */
  void ofMonitor(String name, String host) {
    certificates("--for-monitor", name + "," + host);
  }

  /** Makes all of them anew while they are in use. */
  void renew() {
    certificates("--renew");
  }

  /** What a verb is given. */
  List<String> options(String who) {
    TlsFiles files = files(who);
    return List.of(
        "--monitor-ca-file=" + files.authority(),
        "--monitor-cert-file=" + files.certificate(),
        "--monitor-key-file=" + files.key());
  }

  /** For a client in the test's own process. */
  WatchedCredentials ofOperator() {
    return of(OPERATOR);
  }

  /** The same for anybody. */
  WatchedCredentials of(String who) {
    return new WatchedCredentials(files(who), Clock.systemUTC(), System::nanoTime, line -> {});
  }

  /** Where they are. */
  TlsFiles files(String who) {
    return new TlsFiles(
        path.resolve("ca.crt"), path.resolve(who + ".crt"), path.resolve(who + ".key"));
  }

  /** A line of each private key, which nobody may have said. */
  List<String> secrets() {
    try (Stream<Path> files = Files.list(path)) {
      List<String> secrets = new ArrayList<>();
      for (Path file : files.filter(each -> each.toString().endsWith(".key")).toList()) {
        secrets.add(Files.readAllLines(file).get(1));
      }
      return secrets;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
