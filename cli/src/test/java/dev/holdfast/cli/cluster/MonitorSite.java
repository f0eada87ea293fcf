package dev.holdfast.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.monitor.Eventually;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.ha.wire.MonitorsClient;
import dev.holdfast.ha.wire.MonitorsView;
import dev.holdfast.postgres.process.ClusterPlace;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.testkit.TestDirectory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Several monitors, a process each. */
final class MonitorSite implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(2);

  private final TestDirectory directory;
  private final Hosts hosts;
  private final Optional<SiteCertificates> certificates;
  private final SequencedMap<String, Member> members = new TreeMap<>();

  /** Where monitors run. */
  interface Hosts {
    /** All on this host. */
    Hosts LOOPBACK =
        new Hosts() {
          @Override
          public String address(String name) {
            return "127.0.0.1";
          }

          @Override
          public List<String> inside(String name) {
            return List.of();
          }
        };

    /** The address of a monitor. */
    String address(String name);

    /** What to put before a command to run it where a monitor is. */
    List<String> inside(String name);
  }

  /** One of them; it keeps its ports, its directory and its name. */
  final class Member {
    private final String name;
    private final int port = ClusterPlace.freePort();
    private final int agreement = ClusterPlace.freePort();
    private HoldfastCommand.Running process;

    private Member(String name) {
      this.name = name;
    }

    String name() {
      return name;
    }

    URI address() {
      return URI.create((certificates.isPresent() ? "https://" : "http://") + service());
    }

    String service() {
      return hosts.address(name) + ":" + port;
    }

    /** Where it and the others talk to each other. */
    int agreement() {
      return agreement;
    }

    Path path() {
      return directory.path().resolve("monitor-" + name);
    }

    long pid() {
      return process.process().pid();
    }

    boolean runs() {
      return process != null && process.process().isAlive();
    }

    void start() {
      List<String> command =
          new ArrayList<>(
              List.of(
                  "monitor",
                  "--no-config",
                  "--monitor-id=" + name,
                  "--monitor-path=" + path(),
                  "--log-level-file=off",
                  "--log-level-console=info"));
      members
          .values()
          .forEach(each ->
              command.add(
                  "--monitor-peer=" + each.name + "=" + each.service() + "," + each.agreement));
      certificates.ifPresent(site -> command.addAll(site.options(name)));
      process = HoldfastCommand.startInside(hosts.inside(name), command);
    }

    /** As when its host loses its power. */
    void kill() {
      try {
        process.process().destroyForcibly().waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }

    /** Stops it in its tracks, or lets it go on. */
    void freeze(boolean stands) {
      assertThat(
              ExternalProgram.run(
                      List.of("kill", stands ? "-STOP" : "-CONT", Long.toString(pid())),
                      Map.of(),
                      ANSWER)
                  .succeeded())
          .isTrue();
    }

    String said() {
      try {
        return name + ":\n" + Files.readString(process.out()) + Files.readString(process.err());
      } catch (IOException e) {
        return name + " " + e;
      }
    }
  }

  /** Of these names, running on this host, where they speak plainly. */
  MonitorSite(TestDirectory directory, String... names) {
    this(directory, Hosts.LOOPBACK, Optional.empty(), names);
  }

  /** The same anywhere. */
  MonitorSite(
      TestDirectory directory,
      Hosts hosts,
      Optional<SiteCertificates> certificates,
      String... names) {
    this.directory = directory;
    this.hosts = hosts;
    this.certificates = certificates;
    for (String name : names) {
      member(name);
    }
    members.values().forEach(Member::start);
  }

  /** One more that is not started yet. */
  Member member(String name) {
    certificates
        .filter(any -> !members.containsKey(name))
        .ifPresent(site -> site.ofMonitor(name, hosts.address(name)));
    return members.computeIfAbsent(name, Member::new);
  }

  void forget(Member member) {
    member.kill();
    members.remove(member.name());
  }

  List<Member> all() {
    return List.copyOf(members.values());
  }

  List<URI> addresses() {
    return members.values().stream().map(Member::address).toList();
  }

  /** For option monitor. */
  String addressList() {
    return addresses().stream().map(URI::toString).collect(Collectors.joining(","));
  }

  private MonitorsClient client() {
    return new MonitorsClient(addresses(), ANSWER, certificates.map(SiteCertificates::ofOperator));
  }

  /** Until so many agree, and none is behind. */
  MonitorsView agreed(int count) {
    try (MonitorsClient client = client()) {
      return Eventually.see(
              count + " monitors that agree",
              () -> view(client),
              view ->
                  view.isPresent()
                      && view.get().monitors().size() == count
                      && view.get().monitors().stream()
                          .allMatch(each -> each.behind() == 0 && isHeard(each)))
          .orElseThrow();
    } catch (AssertionError e) {
      throw new AssertionError(said(), e);
    }
  }

  private static boolean isHeard(MonitorsView.Monitor monitor) {
    return monitor.silence().isEmpty()
        || monitor.silence().get().compareTo(Duration.ofSeconds(1)) < 0;
  }

  private static Optional<MonitorsView> view(MonitorsClient client) {
    try {
      return Optional.of(client.view());
    } catch (HoldfastException e) {
      return Optional.empty();
    }
  }

  /** Who decides now. */
  Member leader() {
    try (MonitorsClient client = client()) {
      return Eventually.see("a leader", () -> view(client), Optional::isPresent)
          .map(MonitorsView::leader)
          .map(this::member)
          .orElseThrow();
    }
  }

  /** What a cluster comes to look like, for somebody whom no monitor may answer for a while. */
  ClusterView see(MonitorClient client, String what, Predicate<ClusterView> wished) {
    try {
      return Eventually.see(
              what, () -> view(client), view -> view.isPresent() && wished.test(view.get()))
          .orElseThrow();
    } catch (AssertionError e) {
      throw new AssertionError(said(), e);
    }
  }

  private static Optional<ClusterView> view(MonitorClient client) {
    try {
      return Optional.of(client.view());
    } catch (HoldfastException e) {
      return Optional.empty();
    }
  }

  String said() {
    return members.values().stream().map(Member::said).collect(Collectors.joining("\n"));
  }

  @Override
  public void close() {
    members.values().stream().filter(Member::runs).forEach(Member::kill);
  }
}
