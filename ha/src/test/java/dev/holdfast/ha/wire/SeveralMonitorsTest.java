package dev.holdfast.ha.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.decide.NodeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whom a client turns to; the monitors say what the tests tell them to. */
class SeveralMonitorsTest {
  private static final Duration TIMEOUT = Duration.ofMillis(500);
  private static final HttpHandler DECIDES = http -> answer(http, 200, "[]");
  private static final HttpHandler REFUSES =
      http -> answer(http, 421, "{\"code\":49,\"message\":\"not me\",\"hints\":[]}");

  private final List<HttpServer> servers = new ArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);

  @AfterEach
  void stop() {
    end.countDown();
    servers.forEach(server -> server.stop(0));
  }

  private static void answer(HttpExchange http, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    http.getResponseHeaders().set(MonitorClient.MONITOR_HEADER, "1");
    http.sendResponseHeaders(status, status == 204 ? -1 : body.length);
    if (status != 204) {
      http.getResponseBody().write(body);
    }
    http.close();
  }

  private void keepsSilent(HttpExchange http) {
    try {
      assertThat(end.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.close();
  }

  private URI monitor(HttpHandler handler) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", handler);
    server.start();
    servers.add(server);
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private URI gone() throws IOException {
    URI address = monitor(DECIDES);
    servers.removeLast().stop(0);
    return address;
  }

  private static List<Event> events(URI... monitors) {
    try (MonitorClient client = new MonitorClient(List.of(monitors), "main", TIMEOUT)) {
      return client.events(1);
    }
  }

  @Test
  void turnsToTheNextWhereOneIsGoneOrSilentOrDoesNotDecide() throws Exception {
    assertThat(events(gone(), monitor(this::keepsSilent), monitor(REFUSES), monitor(DECIDES)))
        .isEmpty();
  }

  @Test
  void goesToTheOneThatIsNamedThoughItIsNotOnTheList() throws Exception {
    URI leader = monitor(DECIDES);
    URI follower =
        monitor(http -> {
          http.getResponseHeaders().set(MonitorClient.LEADER_HEADER, leader.getAuthority());
          REFUSES.handle(http);
        });
    assertThat(events(follower)).isEmpty();
    assertThat(events(follower, gone())).isEmpty();
  }

  @Test
  void saysWhatOneSaidRatherThanThatAnotherIsGone() throws Exception {
    URI follower = monitor(REFUSES);
    URI gone = gone();
    assertThatThrownBy(() -> events(follower, gone))
        .isInstanceOf(HoldfastException.class)
        .hasMessage("not me");
  }

  @Test
  void aLongPollLeavesAMonitorAsSoonAsAnotherAnswers() throws Exception {
    CountDownLatch polled = new CountDownLatch(1);
    URI frozen =
        monitor(http -> {
          polled.countDown();
          keepsSilent(http);
        });
    URI next =
        monitor(http ->
            answer(http, http.getRequestURI().getPath().endsWith("orders") ? 204 : 200, "[]"));
    try (MonitorClient client = new MonitorClient(List.of(frozen, next), "main", TIMEOUT)) {
      CompletableFuture<Optional<Directive>> poll =
          CompletableFuture.supplyAsync(
              () -> client.await(new NodeId(1), 1, Duration.ofMinutes(10)),
              task -> Thread.ofPlatform().start(task));
      assertThat(polled.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(client.events(1)).isEmpty();
      assertThat(poll.get(30, TimeUnit.SECONDS)).isEmpty();
    }
  }

  @Test
  void readsSeveralAddresses() {
    assertThat(MonitorClient.addresses("http://a:1, http://b:2"))
        .containsExactly(URI.create("http://a:1"), URI.create("http://b:2"));
    for (String none : List.of("", "http://a:1,", "a:1", "ftp://a:1")) {
      assertThatThrownBy(() -> MonitorClient.addresses(none))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining("is not the address of a monitor");
    }
  }
}
