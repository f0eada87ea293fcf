package dev.holdfast.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Order;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.monitor.Eventually;
import dev.holdfast.ha.monitor.FakeKeeper;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.ha.wire.MonitorsView;
import dev.holdfast.testkit.TestDirectory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Three monitors as processes, killed and frozen; the keepers obey without a PostgreSQL. The
 * monitors serve one scenario after the other, each with a cluster of its own.
 */
class ThreeMonitorsTest {
  private static final AtomicInteger CLUSTERS = new AtomicInteger();
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** What an election takes on a host with other work; at rest it is a second or two. */
  private static final Duration SUCCESSION = Duration.ofSeconds(20);

  private static final NodeId A = new NodeId(1);
  private static final NodeId B = new NodeId(2);

  private static TestDirectory directory;
  private static MonitorSite site;

  private final String cluster = "c" + CLUSTERS.incrementAndGet();
  private final FakeKeeper.Site nodes = new FakeKeeper.Site();
  private final List<FakeKeeper> keepers = new ArrayList<>();
  private MonitorClient client;

  @BeforeAll
  static void startMonitors() {
    directory = TestDirectory.create();
    site = new MonitorSite(directory, "m1", "m2", "m3");
  }

  @AfterAll
  static void stopMonitors() {
    site.close();
    directory.close();
  }

  @BeforeEach
  void agree() {
    site.agreed(3);
    client = new MonitorClient(site.addresses(), cluster, TIMEOUT);
  }

  @AfterEach
  void restore() {
    keepers.forEach(FakeKeeper::close);
    client.close();
    site.all().stream().filter(member -> !member.runs()).forEach(MonitorSite.Member::start);
  }

  private ClusterView form(String... names) {
    for (String name : names) {
      int number = keepers.size() + 1;
      keepers.add(FakeKeeper.start(nodes, site.addresses(), cluster, name, number, 5430 + number));
    }
    return steady(A);
  }

  private ClusterView steady(NodeId primary) {
    return see(
        "peace under " + primary,
        view -> isPeaceful(view) && view.primary().filter(primary::equals).isPresent());
  }

  private ClusterView peace() {
    return see("peace", this::isPeaceful);
  }

  /** Everybody has been heard, too, by whoever decides now. */
  private boolean isPeaceful(ClusterView view) {
    return view.course().equals(ClusterView.STEADY)
        && view.nodes().stream().allMatch(node -> node.seen().isPresent())
        && view.nodes().size() == keepers.size()
        && view.proven()
        && view.waiting().isEmpty();
  }

  private ClusterView see(String what, Predicate<ClusterView> wished) {
    return site.see(client, what, wished);
  }

  @Test
  void theLeaderAndThePrimaryDieAtOnceAndAnotherTakesOver() {
    form("a", "b", "c");
    ClusterView before = client.view();
    MonitorSite.Member leader = site.leader();
    long killed = System.nanoTime();
    leader.kill();
    keepers.removeFirst().close();
    see("an answer of the next leader", view -> view.revision() >= before.revision());
    Duration silence = Duration.ofNanos(System.nanoTime() - killed);
    ClusterView after =
        see(
            "another primary",
            view ->
                view.course().equals(ClusterView.STEADY)
                    && view.primary().filter(A::equals).isEmpty()
                    && view.proven());
    Duration outage = Duration.ofNanos(System.nanoTime() - killed);
    assertThat(silence).isLessThan(SUCCESSION);
    assertThat(outage).isLessThan(SUCCESSION);
    assertThat(after.epoch()).isEqualTo(before.epoch() + 1);
    assertThat(after.nodes()).hasSize(3);
  }

  @Test
  void aSwitchoverWhoseMonitorDiesIsFinishedOrUndoneOnce() {
    ClusterView before = form("a", "b");
    MonitorSite.Member leader = site.leader();
    Command.Answer answer = client.ask(7, new Request.Switchover(Optional.of(B)));
    leader.kill();
    assertThat(answer.accepted()).as(answer.text()).isTrue();
    ClusterView after = peace();
    assertThat(after.epoch()).isEqualTo(before.epoch() + 1);
    assertThat(client.ask(7, new Request.Switchover(Optional.of(B)))).isEqualTo(answer);
    assertThat(peace().epoch()).isEqualTo(after.epoch());
    assertThat(keepers)
        .filteredOn(keeper -> keeper.order().orElseThrow() instanceof Order.Lead)
        .hasSize(1);
  }

  @Test
  void aLeaderThatStoodStillTellsNothingOfWhatIsOver() throws Exception {
    ClusterView before = form("a", "b");
    MonitorSite.Member old = site.leader();
    try (HttpClient http = HttpClient.newHttpClient()) {
      old.freeze(true);
      // Questions that lie in its socket while it stands still, a long poll among them.
      List<CompletableFuture<HttpResponse<String>>> questions = new ArrayList<>();
      for (String place : List.of("", "/events", "/orders?node=1&revision=0&wait=5")) {
        for (int i = 0; i < 5; i++) {
          questions.add(ask(http, old, "/v1/clusters/" + cluster + place));
        }
      }
      steady(A);
      assertThat(client.ask(9, new Request.Switchover(Optional.of(B))).accepted()).isTrue();
      ClusterView after = steady(B);
      old.freeze(false);
      for (CompletableFuture<HttpResponse<String>> each : questions) {
        HttpResponse<String> answer = each.get(30, TimeUnit.SECONDS);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(MonitorClient.MISDIRECTED);
      }
      assertThat(after.epoch()).isEqualTo(before.epoch() + 1);
      assertThat(site.agreed(3).leader()).isNotEqualTo(old.name());
    }
  }

  /** Also in the second or so in which it has not noticed yet. */
  @Test
  void aLeaderThatIsCutOffTellsNothingFromThenOn() throws Exception {
    form("a");
    MonitorSite.Member leader = site.leader();
    List<MonitorSite.Member> others =
        site.all().stream().filter(member -> member != leader).toList();
    try (HttpClient http = HttpClient.newHttpClient()) {
      String place = "/v1/clusters/" + cluster;
      assertThat(ask(http, leader, place).get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      others.forEach(member -> member.freeze(true));
      try {
        assertThat(ask(http, leader, place).get(30, TimeUnit.SECONDS).statusCode())
            .isEqualTo(MonitorClient.MISDIRECTED);
      } finally {
        others.forEach(member -> member.freeze(false));
      }
    }
    steady(A);
  }

  private static CompletableFuture<HttpResponse<String>> ask(
      HttpClient http, MonitorSite.Member member, String place) {
    URI address = member.address().resolve(place);
    return http.sendAsync(
        HttpRequest.newBuilder(address).GET().build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void withoutAMajorityEverythingStaysAsItIs() {
    ClusterView before = form("a", "b");
    MonitorSite.Member leader = site.leader();
    List<MonitorSite.Member> others =
        site.all().stream().filter(member -> member != leader).toList();
    others.forEach(MonitorSite.Member::kill);
    Request switchover = new Request.Switchover(Optional.of(B));
    assertThatThrownBy(() -> client.ask(11, switchover)).isInstanceOf(HoldfastException.class);
    assertThatThrownBy(client::view).isInstanceOf(HoldfastException.class);
    assertThat(keepers.get(0).order().orElseThrow()).isInstanceOf(Order.Lead.class);
    assertThat(keepers.get(1).order().orElseThrow()).isInstanceOf(Order.Follow.class);

    others.forEach(MonitorSite.Member::start);
    site.agreed(3);
    // What could not be answered was done once, or never.
    ClusterView after = peace();
    assertThat(after.epoch() - before.epoch()).isBetween(0L, 1L);
  }

  @Test
  void membersComeAndGoWhileAClusterIsServed() {
    form("a", "b");
    MonitorSite.Member gone =
        site.all().stream()
            .filter(member -> !member.name().equals(site.leader().name()))
            .findFirst()
            .orElseThrow();
    HoldfastCommand.Outcome shown = operator();
    assertThat(shown.exit()).as(shown.toString()).isZero();
    assertThat(shown.out())
        .startsWith(" Name | Host:Port")
        .containsPattern("\n m1 +\\| 127.0.0.1:\\d+ +\\| 127.0.0.1:\\d+ +\\| [yn] +\\| 0 ")
        .containsPattern("\n m3 ");
    // A host is gone for good; another takes its place.
    site.forget(gone);
    HoldfastCommand.Outcome removed = operator("remove", gone.name());
    assertThat(removed.exit()).as(removed.toString()).isZero();
    MonitorSite.Member newcomer = site.member("m4");
    newcomer.start();
    Eventually.see(
        "that it waits",
        newcomer::said,
        text -> text.contains("holdfast monitors add " + newcomer.service()));
    HoldfastCommand.Outcome added = operator("add", newcomer.service());
    assertThat(added.exit()).as(added.toString()).isZero();
    assertThat(added.out()).contains(" m4 ").doesNotContain(" " + gone.name() + " ");
    MonitorsView monitors = site.agreed(3);
    assertThat(monitors.monitors()).extracting(MonitorsView.Monitor::name).contains("m4");
    // The newcomer counts.
    MonitorSite.Member leader = site.leader();
    leader.kill();
    steady(A);
    assertThat(client.ask(13, new Request.Switchover(Optional.of(B))).accepted()).isTrue();
    steady(B);
  }

  private static HoldfastCommand.Outcome operator(String... words) {
    List<String> command =
        new ArrayList<>(List.of("monitors", "--no-config", "--monitor=" + site.addressList()));
    command.addAll(List.of(words));
    return HoldfastCommand.run(command.toArray(String[]::new));
  }
}
