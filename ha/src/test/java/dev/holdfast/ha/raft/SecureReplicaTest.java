package dev.holdfast.ha.raft;

import static dev.holdfast.ha.raft.ReplicaSite.bytes;
import static dev.holdfast.ha.raft.ReplicaSite.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.ha.certificates.CertificateRequest;
import dev.holdfast.ha.certificates.TestCertificates;
import dev.holdfast.ha.monitor.Eventually;
import dev.holdfast.ha.tls.AdjustableClock;
import dev.holdfast.ha.tls.TlsFiles;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who takes part in the log where members talk over TLS, and until when. */
class SecureReplicaTest {
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir Path path;

  private final AdjustableClock clock = new AdjustableClock();
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final Map<String, TlsFiles> files = new TreeMap<>();
  private TestCertificates certificates;
  private ReplicaSite site;

  @BeforeEach
  void begin() {
    certificates = new TestCertificates(path.resolve("tls"));
    site = new ReplicaSite(path, peer -> Optional.of(watched(files.get(peer.name()))));
  }

  @AfterEach
  void stop() {
    site.close();
  }

  private WatchedCredentials watched(TlsFiles of) {
    return new WatchedCredentials(of, clock, System::nanoTime, log::add);
  }

  private void monitors(String... names) {
    for (String name : names) {
      files.put(name, monitor(name, DAY));
    }
  }

  /** All of them are on this host, under names of their own besides. */
  private TlsFiles monitor(String name, Duration validity) {
    return certificates.files(
        CertificateRequest.parse(name + ",127.0.0.1", Optional.empty(), true),
        Clock.systemUTC(),
        validity);
  }

  @Test
  void monitorsAgreeAndTheNextGoesOn() {
    monitors("m1", "m2", "m3", "m4");
    site.form(3);
    Replica leader = site.leader();
    write(leader, "a", 0, "one");
    Peer newcomer = site.peer();
    Replica fourth = site.start(newcomer);
    List<Peer> members = new ArrayList<>(site.first());
    members.add(newcomer);
    leader.reconfigure(members);
    Eventually.see("the same", fourth::content, leader.content()::equals);
    site.stop(leader);
    Replica next = site.leader();
    assertThat(write(next, "a", 1, "two")).isEqualTo(2);
    assertThat(log).noneMatch(line -> line.contains("refused"));
  }

  @Test
  void aCertificateThatEndsEndsWhatIsUnderWayAndARenewedOneIsUsedWithoutARestart() {
    monitors("m1", "m2", "m3");
    site.form(3);
    Replica leader = site.leader();
    write(leader, "a", 0, "one");
    clock.forward(DAY.plus(DAY));
    Eventually.see("that nobody leads", this::leaders, count -> count == 0);
    assertThat(log).anyMatch(line -> line.startsWith("refused: between monitors, from /127.0.0.1"));

    files.keySet().forEach(name -> monitor(name, DAY.multipliedBy(4)));
    Replica next = site.leader();
    assertThat(write(next, "a", 1, "two")).isEqualTo(2);
    for (Replica each : site.running()) {
      Eventually.see("the same", each::content, next.content()::equals);
    }
  }

  @Test
  void whoRenewsInTimeGoesOnBeyondTheEndOfTheFormerCertificate() {
    monitors("m1", "m2", "m3");
    site.form(3);
    Replica leader = site.leader();
    write(leader, "a", 0, "one");
    files.keySet().forEach(name -> monitor(name, DAY.multipliedBy(4)));
    String shown =
        "the other end's certificate, of 'm%d', ends in [34] days.*"
            .formatted(1 + site.running().indexOf(leader));
    Eventually.see(
        "that both others are called with the new one",
        () -> log.stream().filter(line -> line.matches(shown)).count(),
        count -> count >= 2);
    clock.forward(DAY.plus(DAY));
    // Over the connections that it has had from the beginning it would not be heard any more.
    assertThat(write(leader, "a", 1, "two")).isEqualTo(2);
    for (Replica each : site.running()) {
      Eventually.see("the same", each::content, leader.content()::equals);
    }
  }

  private long leaders() {
    return site.running().stream().filter(each -> each.leads().isPresent()).count();
  }

  @Test
  void aNodesCertificateTakesPartInNothing() {
    takesNoPart(
        certificates.files("m3,127.0.0.1", Optional.of("main"), Clock.systemUTC(), DAY),
        "'m3', is for cluster main, not a monitor's");
  }

  @Test
  void anOperatorsCertificateTakesPartInNothing() {
    takesNoPart(certificates.files("m3,127.0.0.1"), "'m3', is not a monitor's");
  }

  @Test
  void aCertificateOfAnotherAuthorityTakesPartInNothing() {
    TlsFiles other = new TestCertificates(path.resolve("other")).monitor("m3,127.0.0.1");
    takesNoPart(
        // It believes the others, so that it comes to show what it has.
        new TlsFiles(certificates.directory().certificate("ca"), other.certificate(), other.key()),
        "'m3', is not signed by the CA");
  }

  @Test
  void aMonitorUnderAnotherNameIsNotTheOneThatWasCalled() throws Exception {
    monitors("m1");
    files.put("m2", certificates.monitor("m2.example"));
    site.form(1);
    Replica leader = site.leader();
    Peer newcomer = site.peer();
    site.start(newcomer);
    List<Peer> members = List.of(site.first().getFirst(), newcomer);
    Thread adding = Thread.ofPlatform().start(() -> attempt(() -> leader.reconfigure(members)));
    awaitLine("certificate is for m2.example, not for '127.0.0.1'");
    adding.interrupt();
    adding.join();
    assertThat(leader.members()).containsExactlyElementsOf(site.first());
  }

  private static void attempt(Runnable call) {
    try {
      call.run();
    } catch (LeadershipLostException e) {
      // It is interrupted.
    }
  }

  private void awaitLine(String... parts) {
    Eventually.see(
        "a line in the log with " + List.of(parts),
        () -> List.copyOf(log),
        lines -> lines.stream().anyMatch(line -> Stream.of(parts).allMatch(line::contains)));
  }

  /** The third of three is refused at both ends: by the others, and when it calls them. */
  private void takesNoPart(TlsFiles of, String reason) {
    monitors("m1", "m2");
    files.put("m3", of);
    site.form(3);
    Replica stranger = site.running().getLast();
    Replica leader = site.leader();
    assertThat(leader).isNotSameAs(stranger);
    write(leader, "a", 0, "one");
    awaitLine("refused: between monitors, the monitor's", reason);
    // Nobody calls it, so it wants to be elected; whatever else it would call for, it cannot.
    awaitLine("refused: between monitors, the client's", reason);
    for (Replica each : site.running()) {
      if (each != stranger) {
        Eventually.see("the same", each::content, leader.content()::equals);
      }
    }
    assertThat(stranger.content()).isEmpty();
    assertThatThrownBy(
            () -> stranger.write(leader.term(), "a", 1, bytes("two"), Duration.ofMillis(100)))
        .isInstanceOf(LeadershipLostException.class);
  }
}
