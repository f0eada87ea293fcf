package dev.holdfast.ha.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.ha.health.NodeHealth.Role;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthServerTest {
  private static final List<String> CHECKS =
      List.of(
          "/",
          "/primary",
          "/read-write",
          "/leader",
          "/replica",
          "/read-only",
          "/synchronous",
          "/read-only-sync",
          "/asynchronous",
          "/health",
          "/liveness",
          "/readiness");

  private final HttpClient client = HttpClient.newHttpClient();
  private volatile NodeHealth node = node(Role.NONE, false, false, OptionalLong.empty(), true);
  private HealthServer server;

  @BeforeEach
  void open() {
    server =
        HealthServer.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), () -> node);
  }

  @AfterEach
  void close() {
    server.close();
    client.close();
  }

  private static NodeHealth node(
      Role role, boolean leads, boolean synchronous, OptionalLong lag, boolean alive) {
    return new NodeHealth("main", "n1", role, leads, synchronous, 3, "0/3000060", lag, alive);
  }

  private HttpResponse<String> ask(String method, String path) {
    try {
      return client.send(
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + server.address().getPort() + path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The checks that are answered with yes; every other one says no. */
  private void says(Set<String> yes) {
    for (String check : CHECKS) {
      assertThat(ask("GET", check).statusCode())
          .as(check)
          .isEqualTo(yes.contains(check) ? 200 : 503);
    }
  }

  @Test
  void thePrimaryTakesReadsAndWrites() {
    node = node(Role.PRIMARY, true, false, OptionalLong.empty(), true);
    says(
        Set.of(
            "/",
            "/primary",
            "/read-write",
            "/leader",
            "/read-only",
            "/read-only-sync",
            "/health",
            "/liveness",
            "/readiness"));
    HttpResponse<String> answer = ask("GET", "/primary");
    assertThat(answer.body())
        .contains("\"role\":\"primary\"", "\"timeline\":3", "\"scope\":\"main\"");
    assertThat(ask("HEAD", "/primary").statusCode()).isEqualTo(200);
    assertThat(ask("OPTIONS", "/replica").statusCode()).isEqualTo(503);
    assertThat(ask("POST", "/primary").statusCode()).isEqualTo(405);
    assertThat(ask("GET", "/switchover").statusCode()).isEqualTo(404);
  }

  @Test
  void whoWritesWithoutAnOrderIsNoPrimary() {
    node = node(Role.PRIMARY, false, false, OptionalLong.empty(), true);
    says(Set.of("/health", "/liveness"));
  }

  @Test
  void aSynchronousStandbyTakesReads() {
    node = node(Role.REPLICA, false, true, OptionalLong.of(100), true);
    says(
        Set.of(
            "/replica",
            "/read-only",
            "/synchronous",
            "/read-only-sync",
            "/health",
            "/liveness",
            "/readiness"));
  }

  @ParameterizedTest
  @CsvSource({
    "/replica?lag=20MB, 503",
    "/replica?lag=21MB, 200",
    "/replica?lag=22020096, 200",
    "/async?lag=1GB, 200",
    "/async?lag=1kB, 503",
    "/read-only?lag=1, 503",
    "/readiness?lag=1gb, 200",
    "/replica?lag=much, 400",
    "/replica?lag=999999999999999TB, 400",
    "/replica, 200"
  })
  void aReplicaThatTrailsIsLeftOut(String path, int status) {
    node = node(Role.REPLICA, false, false, OptionalLong.of(21 << 20), true);
    assertThat(ask("GET", path).statusCode()).isEqualTo(status);
  }

  @Test
  void aReplicaThatDoesNotStreamHasNoKnownLag() {
    node = node(Role.REPLICA, false, false, OptionalLong.empty(), true);
    assertThat(ask("GET", "/replica?lag=1GB").statusCode()).isEqualTo(503);
    assertThat(ask("GET", "/replica").statusCode()).isEqualTo(200);
  }

  @Test
  void aKeeperThatStandsStillIsNotAlive() {
    node = node(Role.NONE, false, false, OptionalLong.empty(), false);
    says(Set.of());
  }
}
