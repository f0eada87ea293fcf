package dev.holdfast.ha.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.certificates.TestCertificates;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.tls.AdjustableClock;
import dev.holdfast.ha.tls.NodeCertificate;
import dev.holdfast.ha.tls.TlsFiles;
import dev.holdfast.ha.tls.WatchedCredentials;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.Directive;
import dev.holdfast.ha.wire.Event;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.postgres.process.ExternalProgram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in, who is not and what it is told, where the monitor speaks TLS. */
class SecureMonitorTest {
  private static final ServerAddress SOMEWHERE = new ServerAddress("127.0.0.1", 5432);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration TWO_YEARS = Duration.ofDays(730);
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @TempDir Path path;

  private final List<String> log = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private final AdjustableClock clock = new AdjustableClock();
  private TestCertificates certificates;
  private TlsFiles own;
  private Monitor monitor;

  @BeforeEach
  void start() {
    certificates = new TestCertificates(path.resolve("tls"));
    own = certificates.files("localhost,127.0.0.1");
    monitor = monitor("state", Optional.of(watched(own)));
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private static final class Silent implements MonitorNews {
    @Override
    public void happened(String cluster, Event event) {}

    @Override
    public void troubled(String cluster, HoldfastException error) {}

    @Override
    public void recovered(String cluster) {}
  }

  private WatchedCredentials watched(TlsFiles files) {
    return new WatchedCredentials(files, clock, nanos::get, log::add);
  }

  private Monitor monitor(String state, Optional<WatchedCredentials> credentials) {
    Monitor started =
        Monitor.start(ANY_PORT, path.resolve(state), Clock.systemUTC(), new Silent(), credentials);
    open.add(started);
    return started;
  }

  private MonitorClient client(String scheme, Monitor to, Optional<WatchedCredentials> with) {
    URI address = URI.create(scheme + "://127.0.0.1:" + to.address().getPort());
    MonitorClient client = new MonitorClient(address, "main", TIMEOUT, with);
    open.add(client);
    return client;
  }

  private MonitorClient client(TlsFiles files) {
    return client("https", monitor, TestCertificates.credentials(files, line -> {}));
  }

  private TlsFiles bound(String name, String cluster) {
    return certificates.files(name, Optional.of(cluster), Clock.systemUTC(), TWO_YEARS);
  }

  private static void refuses(ErrorCode code, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining(message)
        .satisfies(error -> assertThat(((HoldfastException) error).code()).isEqualTo(code));
  }

  @Test
  void keepersAndOperatorsWithCertificatesAreServedAndOrdersTravelAtOnce() throws Exception {
    FakeKeeper.Site site = new FakeKeeper.Site();
    FakeKeeper first = FakeKeeper.start(site, client(bound("a", "main")), "a", 1, 5432);
    open.add(first);
    open.add(FakeKeeper.start(site, client(bound("b", "main")), "b", 2, 5433));
    MonitorClient operator = client(certificates.files("operator"));
    ClusterView before =
        Eventually.see(
            "two nodes, protected",
            operator::view,
            view ->
                view.nodes().size() == 2
                    && view.course().equals(ClusterView.STEADY)
                    && view.proven()
                    && view.waiting().isEmpty());
    first.close();
    MonitorClient waiting = client(bound("a", "main"));
    CompletableFuture<Optional<Directive>> wait =
        CompletableFuture.supplyAsync(
            () -> waiting.await(first.node(), before.revision(), Duration.ofSeconds(60)),
            task -> Thread.ofPlatform().start(task));
    assertThat(operator.ask(7, new Request.Switchover(Optional.empty())).accepted()).isTrue();
    assertThat(wait.get(10, TimeUnit.SECONDS)).isPresent();
    assertThat(log).isEmpty();
  }

  @Test
  void aCertificateOfAnotherClusterSpeaksNotForThisOne() {
    client(bound("a", "main")).join(1, "a", SOMEWHERE);
    MonitorClient stranger = client(bound("x", "other"));
    String message = "the certificate of 'x' is for cluster other, not for cluster 'main'";
    refuses(ErrorCode.ACCESS, message, () -> stranger.join(2, "x", SOMEWHERE));
    refuses(ErrorCode.ACCESS, message, stranger::view);
    refuses(ErrorCode.ACCESS, message, () -> stranger.events(1));
    refuses(ErrorCode.ACCESS, message, () -> stranger.await(new NodeId(1), 0, Duration.ZERO));
    refuses(
        ErrorCode.ACCESS, message, () -> stranger.ask(3, new Request.Switchover(Optional.empty())));
    assertThat(client(certificates.files("operator")).view().nodes()).hasSize(1);
    assertThat(curl(bound("x", "other"), "/v1/clusters")).isEqualTo("[]");
    assertThat(curl(bound("a", "main"), "/v1/clusters")).isEqualTo("[\"main\"]");
  }

  /** As somebody without our client would see it. */
  private String curl(TlsFiles files, String of) {
    return ExternalProgram.run(
            List.of(
                "curl",
                "-q",
                "-s",
                "--cacert",
                files.authority().toString(),
                "--cert",
                files.certificate().toString(),
                "--key",
                files.key().toString(),
                "https://localhost:" + monitor.address().getPort() + of),
            Map.of(),
            TIMEOUT)
        .orThrow("run curl")
        .out();
  }

  @Test
  void whoHasACertificateOfAnotherAuthorityIsToldSoAtBothEnds() {
    TestCertificates others = new TestCertificates(path.resolve("others"));
    TlsFiles foreign = others.files("foreign,127.0.0.1");
    refuses(
        ErrorCode.CRYPTO,
        "the monitor's certificate, of 'localhost', is not signed by the CA in '"
            + foreign.authority(),
        () -> client(foreign).view());

    TlsFiles trusting = new TlsFiles(own.authority(), foreign.certificate(), foreign.key());
    MonitorClient client = client(trusting);
    String message =
        "the monitor refuses: the client's certificate, of 'foreign', is not signed by the CA in '"
            + own.authority();
    refuses(ErrorCode.CRYPTO, message, client::view);
    refuses(ErrorCode.CRYPTO, message, () -> client.join(1, "foreign", SOMEWHERE));
    assertThat(log)
        .as("once, not each time")
        .singleElement()
        .asString()
        .contains("refused: foreign at 127.0.0.1", "is not signed by");
  }

  @Test
  void whoShowsNoCertificateIsToldSo() {
    String answer =
        ExternalProgram.run(
                List.of(
                    "curl",
                    "-q",
                    "-s",
                    "--cacert",
                    own.authority().toString(),
                    "https://localhost:" + monitor.address().getPort() + "/v1/clusters"),
                Map.of(),
                TIMEOUT)
            .orThrow("run curl")
            .out();
    assertThat(answer).contains("\"code\":105", "shows no certificate");
  }

  @Test
  void whatHasExpiredIsNamedAtBothEnds() {
    TlsFiles expired = certificates.expired("late");
    NodeCertificate late = certificates.directory().entry("late").orElseThrow().certificate();
    refuses(
        ErrorCode.CRYPTO,
        "this end's certificate, of 'late', expired at " + late.end(),
        () -> client(expired).view());
    assertThat(curl(expired, "/v1/clusters"))
        .contains(
            "\"code\":95",
            "the monitor refuses: the client's certificate, of 'late', expired at " + late.end());

    refuses(
        ErrorCode.CRYPTO,
        "the monitor's certificate, of '127.0.0.1', expired at",
        () -> monitor("expired", Optional.of(watched(certificates.expired("127.0.0.1")))));
    assertThat(log).anyMatch(line -> line.contains("'late', expired at " + late.end()));
  }

  @Test
  void aCertificateThatEndsWhileItsConnectionIsOpenIsRefusedFromThenOn() {
    MonitorClient client = client(bound("a", "main"));
    client.join(1, "a", SOMEWHERE);
    clock.forward(TWO_YEARS.minusDays(3));
    client.view();
    assertThat(log).anyMatch(line -> line.contains("of 'a', ends in 2 days"));
    clock.forward(Duration.ofDays(4));
    refuses(ErrorCode.CRYPTO, "the client's certificate, of 'a', expired", client::view);
  }

  @Test
  void aMonitorUnderAnotherNameIsNotBelieved() {
    Monitor other =
        monitor("elsewhere", Optional.of(watched(certificates.files("monitor.example,10.0.0.1"))));
    MonitorClient client =
        client(
            "https",
            other,
            TestCertificates.credentials(certificates.files("operator"), line -> {}));
    refuses(
        ErrorCode.CRYPTO,
        "the monitor's certificate is for monitor.example, 10.0.0.1, not for '127.0.0.1'",
        client::view);
  }

  @Test
  void whoSpeaksTlsToAMonitorWithoutIsToldSo() {
    Monitor plain = monitor("plain", Optional.empty());
    Optional<WatchedCredentials> credentials =
        TestCertificates.credentials(certificates.files("operator"), line -> {});
    URI address = URI.create("https://127.0.0.1:" + plain.address().getPort());
    try (MonitorClient client =
        new MonitorClient(address, "main", Duration.ofSeconds(1), credentials)) {
      refuses(ErrorCode.PROTOCOL, address + " speaks no TLS", client::view);
    }
  }

  @Test
  void whoSpeaksPlainlyToAMonitorWithTlsIsToldSo() {
    MonitorClient client = client("http", monitor, Optional.empty());
    refuses(ErrorCode.PROTOCOL, "speaks TLS", client::view);
    refuses(ErrorCode.PROTOCOL, "speaks TLS", () -> client.join(1, "a", SOMEWHERE));
  }

  @Test
  void addressesThatWouldNotBeEncryptedOrHaveNoCertificatesAreRefusedAtOnce() {
    refuses(
        ErrorCode.OPTION_INVALID_VALUE,
        "is on another host",
        () -> new MonitorClient(URI.create("http://db1.example:8010"), "main", TIMEOUT));
    refuses(
        ErrorCode.OPTION_REQUIRED,
        "needs certificates",
        () -> new MonitorClient(URI.create("https://db1.example:8010"), "main", TIMEOUT));
  }

  @Test
  void aRenewedCertificateOfTheMonitorIsShownToNewConnectionsWithoutARestart() throws IOException {
    MonitorClient before = client(certificates.files("operator"));
    NodeId node = client(bound("a", "main")).join(1, "a", SOMEWHERE).node();
    before.view();
    TlsFiles next = certificates.files("renewed,127.0.0.1");
    Files.copy(next.key(), own.key(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(next.certificate(), own.certificate(), StandardCopyOption.REPLACE_EXISTING);
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());

    before.view();
    assertThat(shownName()).isEqualTo("renewed");
    assertThat(client(certificates.files("operator")).view().nodes())
        .extracting(ClusterView.NodeView::id)
        .containsExactly(node);
    assertThat(log).singleElement().asString().contains("are in use");
  }

  /** The common name that openssl is shown. */
  private String shownName() {
    String shown =
        ExternalProgram.run(
                List.of(
                    "sh",
                    "-c",
                    "openssl s_client -connect 127.0.0.1:"
                        + monitor.address().getPort()
                        + " </dev/null 2>/dev/null | openssl x509 -noout -subject"),
                Map.of(),
                TIMEOUT)
            .orThrow("run openssl")
            .out();
    return shown.strip().replaceFirst(".*CN *= *", "");
  }

  @Test
  void aClientsRenewedCertificateIsShownThoughItsConnectionsAreKept() throws IOException {
    AtomicLong time = new AtomicLong();
    TlsFiles files = bound("a", "main");
    MonitorClient client =
        client(
            "https",
            monitor,
            Optional.of(new WatchedCredentials(files, Clock.systemUTC(), time::get, line -> {})));
    client.join(1, "a", SOMEWHERE);
    TlsFiles next = bound("b", "other");
    Files.copy(next.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(next.certificate(), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
    client.view();
    time.addAndGet(Duration.ofMinutes(1).toNanos());
    refuses(ErrorCode.ACCESS, "the certificate of 'b' is for cluster other", client::view);
  }

  @Test
  void anAuthorityThatIsBelievedNoLongerEndsConnectionsToo() throws IOException {
    MonitorClient client = client(bound("a", "main"));
    client.join(1, "a", SOMEWHERE);
    TestCertificates others = new TestCertificates(path.resolve("others"));
    TlsFiles next = others.files("127.0.0.1");
    // Its own certificate stays; only whom it believes changes.
    Path authority = Files.copy(next.authority(), path.resolve("believed"));
    Files.copy(authority, own.authority(), StandardCopyOption.REPLACE_EXISTING);
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    refuses(ErrorCode.CRYPTO, "of 'a', is not signed by", client::view);
  }
}
