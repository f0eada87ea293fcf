package dev.holdfast.ha.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.certificates.TestCertificates;
import dev.holdfast.ha.tls.TlsFiles;
import dev.holdfast.ha.wire.Invitation;
import dev.holdfast.ha.wire.MonitorsClient;
import dev.holdfast.ha.wire.NewMonitor;
import dev.holdfast.postgres.process.ClusterPlace;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may ask monitors about themselves, and whom they ask. */
class SecureMonitorsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration TWO_YEARS = Duration.ofDays(730);

  @TempDir Path path;

  private final List<String> said = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Map<String, String> places =
      Map.of(
          "m1", "127.0.0.1:" + ClusterPlace.freePort() + "," + ClusterPlace.freePort(),
          "m2", "127.0.0.1:" + ClusterPlace.freePort() + "," + ClusterPlace.freePort());
  private TestCertificates certificates;

  @BeforeEach
  void begin() {
    certificates = new TestCertificates(path.resolve("tls"));
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private ServerAddress service(String name) {
    return MonitorPeers.Place.parse(name, String.valueOf(places.get(name))).service();
  }

  private void start(String name, Map<String, String> peers, TlsFiles files) {
    open.add(
        Monitor.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), service(name).port()),
            MonitorPeers.of(name, peers, true),
            path.resolve(name),
            Clock.systemUTC(),
            new NotedNews(said),
            TestCertificates.credentials(files, said::add)));
  }

  /** One that is a group by itself, and decides. */
  private void startAlone() {
    start("m1", Map.of("m1", places.get("m1")), certificates.monitor("m1,127.0.0.1"));
    MonitorsClient operator = client(certificates.files("operator"));
    Eventually.see("that it decides", () -> attempt(operator), decides -> decides);
  }

  private static boolean attempt(MonitorsClient client) {
    try {
      return client.view().monitors().size() == 1;
    } catch (HoldfastException e) {
      return false;
    }
  }

  private MonitorsClient client(TlsFiles files) {
    MonitorsClient client =
        new MonitorsClient(
            List.of(URI.create("https://" + service("m1"))),
            TIMEOUT,
            TestCertificates.credentials(files, line -> {}));
    open.add(client);
    return client;
  }

  private TlsFiles node() {
    return certificates.files("n1", Optional.of("main"), Clock.systemUTC(), TWO_YEARS);
  }

  private static void refuses(ErrorCode code, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining(message)
        .satisfies(error -> assertThat(((HoldfastException) error).code()).isEqualTo(code));
  }

  @Test
  void aNodeIsToldNothingOfTheMonitorsAndChangesNothing() {
    startAlone();
    MonitorsClient node = client(node());
    String message = "the certificate of 'n1' is for cluster main, not for the monitors";
    refuses(ErrorCode.ACCESS, message, node::member);
    refuses(ErrorCode.ACCESS, message, node::view);
    refuses(ErrorCode.ACCESS, message, () -> node.add(new NewMonitor(service("m2"))));
    refuses(ErrorCode.ACCESS, message, () -> node.remove("m1"));
    refuses(ErrorCode.ACCESS, message, () -> node.invite(new Invitation("x", "y")));
  }

  @Test
  void anOperatorSeesTheMonitorsAndTakesNobodyIntoAGroup() {
    startAlone();
    MonitorsClient operator = client(certificates.files("operator"));
    assertThat(operator.view().leader()).isEqualTo("m1");
    refuses(
        ErrorCode.ACCESS,
        "the client's certificate, of 'operator', is not a monitor's",
        () -> operator.invite(new Invitation("x", "y")));
    // A monitor's gets as far as to what is wrong with the invitation.
    refuses(
        ErrorCode.PARAM_INVALID,
        "is of another group already",
        () -> client(certificates.monitor("m2")).invite(new Invitation("x", "y")));
  }

  @Test
  void aMonitorNeedsACertificateOfAMonitor() {
    refuses(
        ErrorCode.ACCESS,
        "this monitor's certificate, of 'm1', is not a monitor's",
        () -> start("m1", places, certificates.files("m1,127.0.0.1")));
  }

  /** It is believed by operators, and answers under the newcomer's name; monitors look closer. */
  @Test
  void whoIsNoMonitorIsNotTakenIn() throws Exception {
    startAlone();
    try (Monitor alone =
        Monitor.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), service("m2").port()),
            path.resolve("m2"),
            Clock.systemUTC(),
            new NotedNews(said),
            TestCertificates.credentials(certificates.files("x,127.0.0.1"), said::add))) {
      assertThat(alone.address().getPort()).isEqualTo(service("m2").port());
      refuses(
          ErrorCode.ACCESS,
          "the monitor's certificate, of 'x', is not a monitor's",
          () -> client(certificates.files("operator")).add(new NewMonitor(service("m2"))));
    }
  }

  @Test
  void whoWaitsSaysWhyItIsRefused() {
    start("m1", places, certificates.monitor("m1,127.0.0.1"));
    TlsFiles other = new TestCertificates(path.resolve("other")).monitor("m2,127.0.0.1");
    TlsFiles trusting =
        new TlsFiles(certificates.directory().certificate("ca"), other.certificate(), other.key());
    start("m2", places, trusting);
    Eventually.see(
        "why they wait",
        () -> List.copyOf(said),
        lines ->
            lines.stream()
                    .anyMatch(line ->
                        line.startsWith("monitor 'm2' waits for m1 (the monitor refuses: ")
                            && line.contains("'m2', is not signed by the CA"))
                && lines.stream()
                    .anyMatch(line ->
                        line.startsWith("monitor 'm1' waits for m2 (")
                            && line.contains("'m2', is not signed by the CA")));
  }
}
