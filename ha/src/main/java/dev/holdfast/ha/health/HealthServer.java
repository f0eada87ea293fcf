package dev.holdfast.ha.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.wire.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Answers load balancers: 200 for yes, 503 for no, 404 for a path that asks nothing, 400 for a
 * question that makes no sense. GET has a body in JSON; HEAD and OPTIONS have none.
 */
public final class HealthServer implements AutoCloseable {
  private static final int YES = 200;
  private static final int NO = 503;
  private static final int UNKNOWN = 404;
  private static final int SENSELESS = 400;
  private static final int FORBIDDEN_METHOD = 405;
  private static final int NO_BODY = -1;
  private static final int BACKLOG = 128;
  private static final Set<String> METHODS = Set.of("GET", "HEAD", "OPTIONS");

  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final Supplier<NodeHealth> node;

  private HealthServer(HttpServer server, Supplier<NodeHealth> node) {
    this.server = server;
    this.node = node;
  }

  /**
   * Listens, and answers from now on.
   *
   * @param node how the node is, asked at each request
   * @throws HoldfastException host-connect (49) when it cannot listen there
   */
  public static HealthServer open(InetSocketAddress listen, Supplier<NodeHealth> node) {
    try {
      HealthServer opened = new HealthServer(HttpServer.create(listen, BACKLOG), node);
      opened.server.setExecutor(opened.executor);
      opened.server.createContext("/", opened::answer);
      opened.server.start();
      return opened;
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.HOST_CONNECT,
          "unable to listen for health checks on " + listen + ": " + e.getMessage(),
          e,
          "See option health-listen.");
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private void answer(HttpExchange http) throws IOException {
    try (http) {
      NodeHealth now = node.get();
      if (!METHODS.contains(http.getRequestMethod())) {
        send(http, FORBIDDEN_METHOD, Map.of("error", "only GET, HEAD and OPTIONS"));
        return;
      }
      try {
        Optional<Boolean> yes =
            HealthCheck.of(
                http.getRequestURI().getPath(), lag(http.getRequestURI().getRawQuery()), now);
        if (yes.isEmpty()) {
          send(http, UNKNOWN, Map.of("error", "no such health check"));
        } else {
          send(http, yes.get() ? YES : NO, body(now));
        }
      } catch (HoldfastException | ArithmeticException e) {
        send(http, SENSELESS, Map.of("error", String.valueOf(e.getMessage())));
      }
    }
  }

  private static Optional<String> lag(String query) {
    return query == null
        ? Optional.empty()
        : Arrays.stream(query.split("&"))
            .filter(pair -> pair.startsWith("lag="))
            .map(pair -> URLDecoder.decode(pair.substring("lag=".length()), StandardCharsets.UTF_8))
            .findFirst();
  }

  private static Map<String, Object> body(NodeHealth node) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("state", node.running() ? "running" : "stopped");
    body.put(
        "role", node.running() ? node.role().name().toLowerCase(Locale.ROOT) : "uninitialized");
    body.put("timeline", node.timeline());
    body.put("location", node.location());
    node.lag().ifPresent(bytes -> body.put("lag", bytes));
    body.put("sync_standby", node.synchronous());
    body.put("scope", node.cluster());
    body.put("name", node.name());
    return body;
  }

  private static void send(HttpExchange http, int status, Map<String, Object> body)
      throws IOException {
    http.getResponseHeaders().set("Content-Type", "application/json");
    if (!http.getRequestMethod().equals("GET")) {
      http.sendResponseHeaders(status, NO_BODY);
      return;
    }
    byte[] bytes = Json.write(body);
    http.sendResponseHeaders(status, bytes.length);
    http.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    executor.close();
  }
}
