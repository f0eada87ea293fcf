package dev.holdfast.ha.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.domain.Timeline;
import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Order;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.Directive;
import dev.holdfast.ha.wire.Event;
import dev.holdfast.ha.wire.Existing;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.ha.wire.Welcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The monitor as keepers and operators meet it: through its socket. */
class MonitorTest {
  private static final ServerAddress SOMEWHERE = new ServerAddress("127.0.0.1", 5432);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final NodeId A = new NodeId(1);
  private static final NodeId B = new NodeId(2);

  @TempDir Path path;

  private final List<String> troubles = new CopyOnWriteArrayList<>();
  private final List<FakeKeeper> keepers = new ArrayList<>();
  private final FakeKeeper.Site site = new FakeKeeper.Site();
  private InetSocketAddress listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private Monitor monitor;
  private MonitorClient client;

  @BeforeEach
  void start() {
    monitor = Monitor.start(listen, path, Clock.systemUTC(), new NotedNews(troubles));
    // A monitor that is restarted is found where it was.
    listen = monitor.address();
    client = new MonitorClient(address(), "main", TIMEOUT);
  }

  @AfterEach
  void stop() {
    keepers.forEach(FakeKeeper::close);
    client.close();
    monitor.close();
  }

  private URI address() {
    return URI.create("http://127.0.0.1:" + monitor.address().getPort());
  }

  private FakeKeeper keeper(String name, long token) {
    FakeKeeper keeper =
        FakeKeeper.start(site, address(), "main", name, token, 5432 + keepers.size());
    keepers.add(keeper);
    return keeper;
  }

  private ClusterView steady(int nodes, NodeId primary) {
    return Eventually.see(
        nodes + " nodes, primary " + primary,
        client::view,
        view ->
            view.nodes().size() == nodes
                && view.course().equals(ClusterView.STEADY)
                && view.primary().filter(primary::equals).isPresent()
                && view.proven()
                && view.waiting().isEmpty());
  }

  private static void refuses(ErrorCode code, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining(message)
        .satisfies(error -> assertThat(((HoldfastException) error).code()).isEqualTo(code));
  }

  @Test
  void ofTwoThatJoinAtOnceTheFirstIsThePrimary() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    List<CompletableFuture<Welcome>> joins = new ArrayList<>();
    for (long token = 1; token <= 2; token++) {
      long own = token;
      joins.add(
          CompletableFuture.supplyAsync(
              () -> {
                both.countDown();
                await(both);
                return client.join(own, "n" + own, SOMEWHERE);
              },
              task -> Thread.ofPlatform().start(task)));
    }
    Welcome one = joins.get(0).get(10, TimeUnit.SECONDS);
    Welcome other = joins.get(1).get(10, TimeUnit.SECONDS);

    assertThat(List.of(one.node(), other.node())).containsExactlyInAnyOrder(A, B);
    assertThat(one.secret()).isEqualTo(other.secret()).matches("[A-Za-z0-9_-]{32,}");
    assertThat(client.view().primary()).contains(A);
    assertThat(client.view().nodes())
        .extracting(node -> node.goal().leads())
        .containsExactly(true, false);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void joiningAgainWithTheSameTokenIsTheSameNodeAndANameIsOneNodes() {
    Welcome first = client.join(11, "a", SOMEWHERE);
    assertThat(client.join(11, "a", SOMEWHERE).node()).isEqualTo(first.node());
    refuses(ErrorCode.PARAM_INVALID, "another node 'a'", () -> client.join(12, "a", SOMEWHERE));
    refuses(ErrorCode.PARAM_INVALID, "not a name", () -> client.join(12, "a b", SOMEWHERE));
    assertThat(client.view().nodes()).hasSize(1);
  }

  @Test
  void aNodeWhoseDataCannotBeOneOfTheClustersIsRefused() {
    Timeline one = new Timeline(1);
    Existing standby = new Existing(FakeKeeper.SYSTEM, one, true, "db1:5432", true);
    Existing primary = new Existing(FakeKeeper.SYSTEM, one, false, "", true);
    Existing foreign = new Existing("8", one, true, "", true);
    Existing stopped = new Existing("8", one, false, "", false);

    String first = "this is a standby of db1:5432";
    refuses(ErrorCode.DB_MISMATCH, first, () -> client.join(11, "a", SOMEWHERE, standby));
    assertThat(client.join(11, "a", SOMEWHERE, primary).node()).isEqualTo(A);
    // The same keeper asks again, and another has a primary, too.
    client.tryToJoin(11, "a", SOMEWHERE, primary);
    String second = "takes writes";
    refuses(ErrorCode.DB_MISMATCH, second, () -> client.join(12, "b", SOMEWHERE, primary));
    String unknown = "its primary's keeper is not heard";
    refuses(ErrorCode.DB_MISMATCH, unknown, () -> client.join(12, "b", SOMEWHERE, standby));

    keeper("a", 11);
    Eventually.see("which cluster it is", () -> isAdmitted(standby), admitted -> admitted);
    refuses(ErrorCode.DB_MISMATCH, "8, and", () -> client.join(12, "b", SOMEWHERE, foreign));
    refuses(ErrorCode.DB_MISMATCH, "8, and", () -> client.join(12, "b", SOMEWHERE, stopped));
    assertThat(client.view().nodes()).hasSize(1);
    assertThat(client.join(12, "b", SOMEWHERE, standby).node()).isEqualTo(B);
  }

  private boolean isAdmitted(Existing existing) {
    try {
      client.tryToJoin(12, "b", SOMEWHERE, existing);
      return true;
    } catch (HoldfastException e) {
      return false;
    }
  }

  @Test
  void aDroppedNodesNameIsFreeAndItsKeeperIsToldToLeave() {
    keeper("a", 11);
    FakeKeeper dropped = keeper("b", 12);
    steady(2, A);
    assertThat(client.ask(5, new Request.Drop(B)).accepted()).isTrue();
    Eventually.see(
        "an order to leave",
        dropped::order,
        order -> order.filter(Order.Leave.class::isInstance).isPresent());
    dropped.close();
    assertThat(keeper("b", 13).node()).isEqualTo(new NodeId(3));
    steady(2, A);
    assertThat(
            client
                .report(keepers.getFirst().report(), SOMEWHERE, FakeKeeper.SYSTEM)
                .orElseThrow()
                .peers())
        .containsOnlyKeys(A, new NodeId(3));
  }

  @Test
  void aWaitIsAnsweredAsSoonAsTheOrderChanges() throws Exception {
    FakeKeeper first = keeper("a", 11);
    keeper("b", 12);
    ClusterView before = steady(2, A);
    first.close();
    CompletableFuture<Optional<Directive>> wait =
        CompletableFuture.supplyAsync(
            () -> client.await(A, before.revision(), Duration.ofSeconds(60)),
            task -> Thread.ofPlatform().start(task));
    assertThat(client.ask(6, new Request.Switchover(Optional.empty())).accepted()).isTrue();

    Directive directive = wait.get(10, TimeUnit.SECONDS).orElseThrow();
    assertThat(directive.tell().order()).isInstanceOf(Order.Stop.class);
    assertThat(directive.tell().revision()).isGreaterThan(before.revision());
    assertThat(directive.peers()).containsOnlyKeys(A, B);
    assertThat(client.await(A, before.revision(), Duration.ofSeconds(60)))
        .as("asked again, with the revision of before")
        .isPresent();
    assertThat(client.await(A, directive.tell().revision(), Duration.ofMillis(1))).isEmpty();
  }

  @Test
  void aNewerWaitEndsTheOneBefore() throws Exception {
    keeper("a", 11);
    ClusterView view = steady(1, A);
    keepers.removeFirst().close();
    CompletableFuture<Optional<Directive>> wait =
        CompletableFuture.supplyAsync(
            () -> client.await(A, view.revision(), Duration.ofSeconds(60)),
            task -> Thread.ofPlatform().start(task));
    // Which of the two came first cannot be seen from here: so they take turns.
    Eventually.see(
        "the end of the first",
        () -> client.await(A, view.revision(), Duration.ofMillis(1)),
        none -> wait.isDone());
    assertThat(wait.get()).isEmpty();
  }

  @Test
  void switchesOverAndOnceForAToken() {
    keeper("a", 11);
    keeper("b", 12);
    keeper("c", 13);
    steady(3, A);
    Command.Answer answer = client.ask(7, new Request.Switchover(Optional.of(B)));
    assertThat(answer.accepted()).as(answer.text()).isTrue();
    ClusterView view = steady(3, B);
    assertThat(view.protection()).contains("ANY 1 (a, c)");
    assertThat(client.ask(7, new Request.Switchover(Optional.of(B)))).isEqualTo(answer);
    assertThat(client.view().epoch()).isEqualTo(view.epoch());
    assertThat(client.events(100)).extracting(Event::text).contains("the promotion is done");
  }

  @Test
  void replacesAPrimaryWhoseHostIsGone() {
    FakeKeeper first = keeper("a", 11);
    keeper("b", 12);
    steady(2, A);
    first.close();
    Eventually.see(
        "b leads",
        client::view,
        view -> view.primary().filter(B::equals).isPresent() && view.course().equals("steady"));
    Eventually.see(
        "why there are not two again",
        client::view,
        view ->
            view.waiting().stream().anyMatch(each -> each.reason().equals("its keeper is silent")));
  }

  @Test
  void goesOnWhereItWasAfterARestart() {
    keeper("a", 11);
    keeper("b", 12);
    ClusterView before = steady(2, A);
    String secret = client.join(11, "a", SOMEWHERE).secret();
    List<Event> happened = client.events(100);
    monitor.close();
    start();
    assertThat(happened)
        .extracting(Event::text)
        .startsWith("a has registered, as number 1")
        .contains("the protection is proven");
    assertThat(client.events(100)).startsWith(happened.toArray(Event[]::new));

    assertThat(client.join(11, "a", SOMEWHERE))
        .satisfies(again -> {
          assertThat(again.node()).isEqualTo(A);
          assertThat(again.secret()).isEqualTo(secret);
        });
    ClusterView after = steady(2, A);
    assertThat(after.epoch()).isEqualTo(before.epoch());
    assertThat(after.revision()).isGreaterThan(before.revision());
    assertThat(after.node("b").orElseThrow().endpoint())
        .contains(new ServerAddress("127.0.0.1", 5433));
  }

  @Test
  void saysNothingThatIsNotDurable() throws IOException {
    FakeKeeper first = keeper("a", 11);
    keeper("b", 12);
    ClusterView before = steady(2, A);
    // Where the temporary file is to be there is a directory: every write fails.
    Path obstacle = Files.createDirectories(path.resolve("main.json.hftmp/full"));
    refuses(
        ErrorCode.FILE_WRITE,
        "unable to write",
        () -> client.ask(8, new Request.Switchover(Optional.empty())));
    refuses(ErrorCode.FILE_WRITE, "unable to write", () -> client.join(13, "c", SOMEWHERE));
    assertThat(client.view().revision()).isEqualTo(before.revision());
    assertThat(client.view().nodes()).hasSize(2);
    assertThat(first.order().orElseThrow()).isInstanceOf(Order.Lead.class);
    assertThat(troubles).containsExactly("troubled: FILE_WRITE");

    Files.delete(obstacle);
    Files.delete(obstacle.getParent());
    assertThat(client.ask(8, new Request.Switchover(Optional.empty())).accepted()).isTrue();
    steady(2, B);
    assertThat(troubles).containsExactly("troubled: FILE_WRITE", "recovered");
  }

  @Test
  void doesNotTakeForSilentWhoReportedWhileTheDiskWasFull() throws IOException {
    keeper("a", 11);
    keeper("b", 12);
    ClusterView before = steady(2, A);
    Path obstacle = Files.createDirectories(path.resolve("main.json.hftmp/full"));
    refuses(
        ErrorCode.FILE_WRITE,
        "unable to write",
        () -> client.ask(8, new Request.Change(B, 50, false)));
    long begin = System.nanoTime();
    Duration longer = before.settings().unhealthyAfter().plusMillis(500);
    Eventually.see(
        "a moment longer than unhealthy-after",
        () -> System.nanoTime() - begin,
        nanos -> nanos > longer.toNanos());
    Files.delete(obstacle);
    Files.delete(obstacle.getParent());
    assertThat(steady(2, A).epoch()).isEqualTo(before.epoch());
  }

  @Test
  void saysNothingToANodeThatKnowsMoreThanTheMonitor() throws IOException {
    keeper("a", 11);
    FakeKeeper second = keeper("b", 12);
    steady(2, A);
    byte[] old = Files.readAllBytes(path.resolve("main.json"));
    assertThat(client.ask(7, new Request.Switchover(Optional.empty())).accepted()).isTrue();
    steady(2, B);
    monitor.close();
    Files.write(path.resolve("main.json"), old);
    start();
    // By the old copy another node leads; nobody is told so, and the primary goes on.
    refuses(
        ErrorCode.DB_MISMATCH,
        "has accepted orders of epoch 2, and this monitor knows only 1",
        () -> client.report(second.report(), SOMEWHERE, FakeKeeper.SYSTEM));
    assertThat(second.order().orElseThrow()).isInstanceOf(Order.Lead.class);

    monitor.close();
    Files.delete(path.resolve("main.json"));
    start();
    client.join(13, "c", SOMEWHERE);
    refuses(
        ErrorCode.DB_MISMATCH,
        "node 2 of cluster 'main' was registered by another monitor",
        () -> client.report(second.report(), SOMEWHERE, FakeKeeper.SYSTEM));
  }

  @Test
  void theSecretIsInNoViewAndNoEvent() {
    keeper("a", 11);
    String secret = client.join(11, "a", SOMEWHERE).secret();
    steady(1, A);
    for (String place : List.of("/v1/clusters", "/v1/clusters/main", "/v1/clusters/main/events")) {
      assertThat(get(place).body()).doesNotContain(secret);
    }
    assertThat(client.join(11, "a", SOMEWHERE).toString()).doesNotContain(secret);
  }

  private HttpResponse<String> get(String place) {
    return send(HttpRequest.newBuilder(address().resolve(place)).GET());
  }

  private HttpResponse<String> post(String place, String type, String body) {
    return send(
        HttpRequest.newBuilder(address().resolve(place))
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request.timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void answersWhatItDoesNotUnderstandWithAReasonAndNoTrace() {
    String nodes = "/v1/clusters/main/nodes";
    HttpResponse<String> bad = post(nodes, "application/json", "{\"token\":1,\"name\":\"a\"}");
    assertThat(bad.statusCode()).isEqualTo(400);
    assertThat(bad.body()).contains("endpoint").doesNotContain("at dev.holdfast");
    assertThat(post(nodes, "application/json", "{").statusCode()).isEqualTo(400);
    assertThat(post(nodes, "text/plain", "{}").statusCode()).as("a form's type").isEqualTo(415);
    assertThat(post(nodes, "application/json", "x".repeat(2 << 20)).statusCode()).isEqualTo(413);
    assertThat(get(nodes).statusCode()).isEqualTo(405);
    assertThat(get("/").statusCode()).isEqualTo(404);
    assertThat(get("/v1/clusters/main").statusCode()).isEqualTo(404);
    assertThat(get("/v1/clusters/%2e%2e%2fx/events").statusCode()).isEqualTo(404);
    assertThat(
            post(
                    "/v1/clusters/..%2fx/nodes",
                    "application/json",
                    "{\"token\":1,\"name\":\"a\",\"endpoint\":{\"host\":\"h\",\"port\":1},"
                        + "\"existing\":{\"systemIdentifier\":\"\",\"timeline\":1,\"standby\":false,"
                        + "\"upstream\":\"\",\"running\":false}}")
                .statusCode())
        .isEqualTo(409);
    client.join(11, "a", SOMEWHERE);
    assertThat(get("/v1/clusters/main/orders?node=x&revision=0&wait=1").statusCode())
        .isEqualTo(400);
    assertThat(get("/v1/clusters/main/orders?node=1&revision=0&wait=99999999").body())
        .contains("wait is not 0 to 60000");
    assertThat(get("/v1/clusters").body()).isEqualTo("[\"main\"]");
  }

  @Test
  void saysWhyNobodyUsefulAnswers() throws Exception {
    refuses(ErrorCode.DB_MISSING, "no cluster 'main'", client::view);
    try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      URI silent = URI.create("http://127.0.0.1:" + nobody.getLocalPort());
      refuses(
          ErrorCode.HOST_CONNECT,
          "does not answer",
          () -> new MonitorClient(silent, "main", Duration.ofMillis(200)).view());
    }
    monitor.close();
    refuses(ErrorCode.HOST_CONNECT, "does not answer", client::view);
    start();
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
    try {
      other.start();
      URI no = URI.create("http://127.0.0.1:" + other.getAddress().getPort());
      refuses(
          ErrorCode.PROTOCOL,
          "is not a monitor",
          () -> new MonitorClient(no, "main", TIMEOUT).view());
    } finally {
      other.stop(0);
    }
  }

  @Test
  void refusesASecondMonitorOnItsDirectory() {
    refuses(
        ErrorCode.LOCK_ACQUIRE,
        "another monitor",
        () ->
            Monitor.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                path,
                Clock.systemUTC(),
                new NotedNews(troubles)));
    refuses(
        ErrorCode.HOST_CONNECT,
        "cannot listen",
        () ->
            Monitor.start(
                listen, path.resolve("other"), Clock.systemUTC(), new NotedNews(troubles)));
  }
}
