package dev.holdfast.ha.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Order;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.ha.wire.MonitorsClient;
import dev.holdfast.ha.wire.MonitorsView;
import dev.holdfast.ha.wire.NewMonitor;
import dev.holdfast.postgres.process.ClusterPlace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several monitors in one process, as keepers and operators meet them: through their sockets. */
class ReplicatedMonitorTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final NodeId A = new NodeId(1);
  private static final NodeId B = new NodeId(2);

  @TempDir Path path;

  private final Map<String, String> places = new TreeMap<>();
  private final Map<String, Monitor> running = new TreeMap<>();
  private final List<FakeKeeper> keepers = new ArrayList<>();
  private final FakeKeeper.Site site = new FakeKeeper.Site();
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> clients = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    keepers.forEach(FakeKeeper::close);
    for (AutoCloseable client : clients) {
      client.close();
    }
    running.values().forEach(Monitor::close);
  }

  private void name(String... names) {
    for (String name : names) {
      places.put(name, "127.0.0.1:" + ClusterPlace.freePort() + "," + ClusterPlace.freePort());
    }
  }

  private ServerAddress service(String name) {
    return MonitorPeers.Place.parse(name, places.get(name)).service();
  }

  private void start(String name, Map<String, String> peers) {
    ServerAddress service = service(name);
    running.put(
        name,
        Monitor.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), service.port()),
            MonitorPeers.of(name, peers, false),
            directory(name),
            Clock.systemUTC(),
            new NotedNews(said),
            Optional.empty()));
  }

  private Path directory(String name) {
    return path.resolve(name);
  }

  private void stop(String name) {
    running.remove(name).close();
  }

  private List<URI> addresses() {
    return places.keySet().stream().map(name -> URI.create("http://" + service(name))).toList();
  }

  private MonitorClient client() {
    MonitorClient client = new MonitorClient(addresses(), "main", TIMEOUT);
    clients.add(client);
    return client;
  }

  private MonitorsClient monitors() {
    MonitorsClient client = new MonitorsClient(addresses(), TIMEOUT, Optional.empty());
    clients.add(client);
    return client;
  }

  /** Three that agree. */
  private MonitorsView form() {
    name("m1", "m2", "m3");
    places.keySet().forEach(name -> start(name, places));
    return agreed(3);
  }

  private MonitorsView agreed(int count) {
    MonitorsClient client = monitors();
    return Eventually.see(
            count + " that agree",
            () -> attempt(client::view),
            view ->
                view.isPresent()
                    && view.get().monitors().size() == count
                    && view.get().monitors().stream().allMatch(each -> each.behind() == 0))
        .orElseThrow();
  }

  private static <T> Optional<T> attempt(Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (HoldfastException e) {
      return Optional.empty();
    }
  }

  private void keeper(String name) {
    int number = keepers.size() + 1;
    keepers.add(FakeKeeper.start(site, addresses(), "main", name, number, 5430 + number));
  }

  private ClusterView steady(int nodes, NodeId primary) {
    return peace(
        nodes + " nodes, primary " + primary,
        view -> view.nodes().size() == nodes && view.primary().filter(primary::equals).isPresent());
  }

  /** Everybody has been heard by whoever decides now, and nothing is left to do. */
  private ClusterView peace(String what, Predicate<ClusterView> like) {
    MonitorClient client = client();
    return Eventually.see(
            what,
            () ->
                attempt(client::view)
                    .filter(view ->
                        view.course().equals(ClusterView.STEADY)
                            && view.proven()
                            && view.waiting().isEmpty()
                            && view.nodes().stream().allMatch(node -> node.seen().isPresent()))
                    .filter(like),
            Optional::isPresent)
        .orElseThrow();
  }

  private static void refuses(ErrorCode code, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining(message)
        .satisfies(error -> assertThat(((HoldfastException) error).code()).isEqualTo(code));
  }

  @Test
  void whoDecidesNextKnowsEverythingAndGoesOn() {
    MonitorsView monitors = form();
    keeper("a");
    keeper("b");
    ClusterView before = steady(2, A);
    stop(monitors.leader());

    ClusterView after = steady(2, A);
    assertThat(after.epoch()).isEqualTo(before.epoch());
    assertThat(after.revision()).isGreaterThan(before.revision());
    assertThat(client().ask(7, new Request.Switchover(Optional.of(B))).accepted()).isTrue();
    steady(2, B);
    MonitorsView now = monitors().view();
    assertThat(now.leader()).isNotEqualTo(monitors.leader());
    assertThat(now.term()).isGreaterThan(monitors.term());
    // The one that was stopped comes back, and has what was decided meanwhile.
    start(monitors.leader(), places);
    agreed(3);
  }

  @Test
  void withoutAMajorityNothingIsToldAndNothingIsChanged() {
    MonitorsView monitors = form();
    keeper("a");
    keeper("b");
    ClusterView before = steady(2, A);
    places.keySet().stream().filter(name -> !name.equals(monitors.leader())).forEach(this::stop);

    MonitorClient client = client();
    refuses(
        ErrorCode.HOST_CONNECT, "", () -> client.ask(7, new Request.Switchover(Optional.empty())));
    refuses(ErrorCode.HOST_CONNECT, "", client::view);
    assertThat(keepers.get(0).order().orElseThrow()).isInstanceOf(Order.Lead.class);
    assertThat(keepers.get(1).order().orElseThrow()).isInstanceOf(Order.Follow.class);

    places.keySet().stream()
        .filter(name -> !name.equals(monitors.leader()))
        .forEach(name -> start(name, places));
    // What was asked for in vain may have been done; if so, once.
    ClusterView after = peace("peace", view -> view.nodes().size() == 2);
    assertThat(after.epoch())
        .isEqualTo(before.epoch() + (after.primary().orElseThrow().equals(A) ? 0 : 1));
  }

  @Test
  void nobodyDecidesBeforeAllOfThemHaveAgreedToBegin() {
    name("m1", "m2", "m3");
    start("m1", places);
    start("m2", places);
    Eventually.see(
        "that they wait",
        () -> List.copyOf(said),
        all ->
            all.contains("monitor 'm1' waits for m3 to form a group with them")
                && all.contains("monitor 'm2' waits for m3 to form a group with them"));
    refuses(ErrorCode.HOST_CONNECT, "waits for m3", () -> client().view());
    start("m3", places);
    agreed(3);
  }

  @Test
  void aMemberThatLostItsDirectoryIsAnotherOne() {
    MonitorsView monitors = form();
    keeper("a");
    steady(1, A);
    String lost =
        places.keySet().stream()
            .filter(name -> !name.equals(monitors.leader()))
            .findFirst()
            .orElseThrow();
    stop(lost);
    // The log alone: it is told from the rest of the directory.
    delete(directory(lost).resolve("replica/log"));
    refuses(ErrorCode.PATH_MISSING, "the log of monitor '" + lost, () -> start(lost, places));
    delete(directory(lost));
    start(lost, places);
    Eventually.see(
        "that it waits",
        () -> List.copyOf(said),
        all -> all.stream().anyMatch(text -> text.contains("was its directory lost?")));
    NewMonitor again = new NewMonitor(service(lost));
    refuses(
        ErrorCode.PARAM_INVALID,
        "there is a monitor '" + lost + "' at",
        () -> monitors().add(again));
    assertThat(monitors().remove(lost).monitors()).hasSize(2);
    assertThat(monitors().add(again).monitors()).hasSize(3);
    agreed(3);

    // It counts: with it alone beside it, another one decides.
    stop(monitors().view().leader());
    steady(1, A);
  }

  @Test
  void aMonitorByItselfBecomesThree() {
    Path first = directory("m1");
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    NodeId node;
    try (Monitor alone = Monitor.start(any, first, Clock.systemUTC(), new NotedNews(said));
        MonitorClient client =
            new MonitorClient(
                URI.create("http://127.0.0.1:" + alone.address().getPort()), "main", TIMEOUT)) {
      node = client.join(5, "a", new ServerAddress("127.0.0.1", 5432)).node();
    }
    name("m1", "m2", "m3");
    refuses(ErrorCode.OPTION_INVALID_VALUE, "has decided here before", () -> start("m1", places));
    start("m1", Map.of("m1", places.get("m1")));
    agreed(1);
    assertThat(client().join(5, "a", new ServerAddress("127.0.0.1", 5432)).node()).isEqualTo(node);
    refuses(
        ErrorCode.LOCK_ACQUIRE,
        "another monitor",
        () -> Monitor.start(any, first, Clock.systemUTC(), new NotedNews(said)));
    for (String name : List.of("m2", "m3")) {
      start(name, places);
      Eventually.see(
          "that it waits",
          () -> List.copyOf(said),
          all ->
              all.stream()
                  .anyMatch(text -> text.startsWith("monitor '" + name + "' is not one of")));
      monitors().add(new NewMonitor(service(name)));
    }
    agreed(3);
    stop("m1");
    assertThat(client().join(5, "a", new ServerAddress("127.0.0.1", 5432)).node()).isEqualTo(node);
    refuses(
        ErrorCode.OPTION_INVALID_VALUE,
        "is one of several",
        () -> Monitor.start(any, first, Clock.systemUTC(), new NotedNews(said)));
  }

  @Test
  void whoDecidesIsTakenOutOnceAnotherDoes() {
    MonitorsView monitors = form();
    refuses(
        ErrorCode.PARAM_INVALID,
        "decides at the moment",
        () -> monitors().remove(monitors.leader()));
    refuses(ErrorCode.PARAM_INVALID, "no monitor 'x'", () -> monitors().remove("x"));
    stop(monitors.leader());
    agreedWithout(monitors.leader());
    assertThat(monitors().view().monitors()).hasSize(2);
  }

  private void agreedWithout(String gone) {
    MonitorsClient client = monitors();
    Eventually.see(gone + " is out", () -> attempt(() -> client.remove(gone)), Optional::isPresent);
  }

  private static void delete(Path tree) {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
