package dev.holdfast.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.monitor.Eventually;
import dev.holdfast.ha.monitor.FakeKeeper;
import dev.holdfast.ha.tls.TlsFiles;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.ha.wire.MonitorsView;
import dev.holdfast.testkit.TestDirectory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Monitors as processes over TLS, on this host and on several; keepers without a PostgreSQL. */
class MonitorsOnSeveralHostsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final NodeId A = new NodeId(1);
  private static final NodeId B = new NodeId(2);

  private final FakeKeeper.Site nodes = new FakeKeeper.Site();
  private final List<AutoCloseable> open = new ArrayList<>();
  private TestDirectory directory;
  private SiteCertificates certificates;
  private MonitorSite site;
  private MonitorClient client;

  @BeforeEach
  void prepare() {
    directory = TestDirectory.create();
    open.add(directory);
    certificates = new SiteCertificates(directory.resolve("tls"));
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private void start(MonitorSite.Hosts hosts) {
    site = new MonitorSite(directory, hosts, Optional.of(certificates), "m1", "m2", "m3");
    open.add(site);
    site.agreed(3);
    client = client(SiteCertificates.OPERATOR);
    open.add(client);
    for (int number = 1; number <= 2; number++) {
      String name = "n" + number;
      open.add(FakeKeeper.start(nodes, client(name), name, number, 5430 + number));
    }
    steady(A);
  }

  private MonitorClient client(String who) {
    return new MonitorClient(
        site.addresses(), ClusterSite.STANZA, TIMEOUT, Optional.of(certificates.of(who)));
  }

  private ClusterView steady(NodeId primary) {
    return see(
        "peace under " + primary,
        view ->
            view.course().equals(ClusterView.STEADY)
                && view.nodes().size() == 2
                && view.nodes().stream().allMatch(node -> node.seen().isPresent())
                && view.proven()
                && view.waiting().isEmpty()
                && view.primary().filter(primary::equals).isPresent());
  }

  private ClusterView see(String what, Predicate<ClusterView> wished) {
    return site.see(client, what, wished);
  }

  private HoldfastCommand.Outcome operator(String who, String... words) {
    List<String> command =
        new ArrayList<>(List.of("monitors", "--no-config", "--monitor=" + site.addressList()));
    command.addAll(certificates.options(who));
    command.addAll(List.of(words));
    return HoldfastCommand.run(command.toArray(String[]::new));
  }

  @Test
  void theNextDecidesAMemberIsAddedAndCertificatesAreRenewedMeanwhile() {
    start(MonitorSite.Hosts.LOOPBACK);
    ClusterView before = steady(A);
    MonitorSite.Member first = site.leader();
    first.kill();
    steady(A);
    assertThat(client.ask(7, new Request.Switchover(Optional.of(B))).accepted()).isTrue();
    steady(B);

    site.forget(first);
    HoldfastCommand.Outcome removed = operator(SiteCertificates.OPERATOR, "remove", first.name());
    assertThat(removed.exit()).as(removed.toString()).isZero();
    certificates.renew();
    site.all()
        .forEach(member ->
            Eventually.see(
                "that it has the new certificate",
                member::said,
                said -> said.contains("the changed certificates are in use")));
    MonitorSite.Member newcomer = site.member("m4");
    newcomer.start();
    Eventually.see(
        "that it waits",
        newcomer::said,
        text -> text.contains("holdfast monitors add " + newcomer.service()));
    HoldfastCommand.Outcome added = operator(SiteCertificates.OPERATOR, "add", newcomer.service());
    assertThat(added.exit()).as(added.toString()).isZero();
    MonitorsView monitors = site.agreed(3);
    assertThat(monitors.monitors()).extracting(MonitorsView.Monitor::name).contains("m4");

    // The newcomer counts.
    site.leader().kill();
    assertThat(steady(B).epoch()).isEqualTo(before.epoch() + 1);

    HoldfastCommand.Outcome node = operator("n1", "remove", "m4");
    assertThat(node.exit()).as(node.toString()).isEqualTo(105);
    assertThat(node.err()).contains("the certificate of 'n1' is for cluster main, not for the");
    assertThat(site.said()).doesNotContain("refused:").doesNotContain(certificates.secrets());
  }

  @Test
  void aLeaderWhoseLinkIsCutTellsNothingOfWhatIsOverAndComesBack() {
    assumeTrue(NetworkNamespaces.available(), "it takes root, and namespaces of the network");
    NetworkNamespaces hosts = new NetworkNamespaces("m1", "m2", "m3");
    open.add(hosts);
    start(hosts);
    ClusterView before = steady(A);
    MonitorSite.Member old = site.leader();
    // A connection that is kept, so that the next question lies in it while the link is down.
    MonitorClient cutOff =
        new MonitorClient(
            List.of(old.address()),
            ClusterSite.STANZA,
            Duration.ofSeconds(60),
            Optional.of(certificates.ofOperator()));
    open.add(cutOff);
    assertThat(cutOff.view().epoch()).isEqualTo(before.epoch());
    hosts.link(old.name(), false);
    CompletableFuture<Object> late =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return cutOff.view();
              } catch (HoldfastException e) {
                return e;
              }
            },
            task -> Thread.ofPlatform().daemon().start(task));
    steady(A);
    assertThat(client.ask(7, new Request.Switchover(Optional.of(B))).accepted()).isTrue();
    ClusterView after = steady(B);
    assertThat(after.epoch()).isEqualTo(before.epoch() + 1);
    assertThat(asItsOwnHostSees(hosts, old)).isEqualTo(Integer.toString(MonitorClient.MISDIRECTED));

    hosts.link(old.name(), true);
    MonitorsView now = site.agreed(3);
    assertThat(now.leader()).isNotEqualTo(old.name());
    assertThat(late.join())
        .satisfiesAnyOf(
            told -> assertThat(told).isInstanceOf(HoldfastException.class),
            // It may have been asked again, of the one that decides.
            told -> assertThat(((ClusterView) told).epoch()).isEqualTo(after.epoch()));
    assertThat(steady(B).epoch()).isEqualTo(after.epoch());
  }

  /** The status of its answer to who is on the same side of the cut. */
  private String asItsOwnHostSees(NetworkNamespaces hosts, MonitorSite.Member member) {
    TlsFiles files = certificates.files(SiteCertificates.OPERATOR);
    return hosts.said(
        member.name(),
        "curl",
        "-q",
        "-s",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        "--cacert",
        files.authority().toString(),
        "--cert",
        files.certificate().toString(),
        "--key",
        files.key().toString(),
        member.address().resolve("/v1/clusters/" + ClusterSite.STANZA).toString());
  }
}
