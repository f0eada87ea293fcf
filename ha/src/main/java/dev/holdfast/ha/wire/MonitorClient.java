package dev.holdfast.ha.wire;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Report;
import dev.holdfast.ha.decide.Request;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * The other end of a monitor, for keepers and operators; safe for several threads.
 *
 * <p>Every method throws {@link HoldfastException}: host-connect (49) when nobody answers within
 * the timeout, protocol (39) when who answers is no monitor or answers what makes no sense, and
 * what the monitor itself refuses with, under its code.
 */
public final class MonitorClient implements AutoCloseable {
  /** In every answer of a monitor; the value is the version of the protocol. */
  public static final String MONITOR_HEADER = "Holdfast-Monitor";

  private static final int OK = 200;
  private static final int NOTHING = 204;

  private final HttpClient http;
  private final URI monitor;
  private final String base;
  private final Duration timeout;

  /**
   * A client; nothing is connected yet.
   *
   * @param monitor for example {@code http://127.0.0.1:8010}
   * @param cluster its name there
   * @param timeout the longest wait for an answer, the waiting that {@link #await} asks for apart
   * @throws HoldfastException option-invalid-value (32) when the address cannot be a monitor's
   */
  public MonitorClient(URI monitor, String cluster, Duration timeout) {
    if (!"http".equals(monitor.getScheme()) || monitor.getHost() == null) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "'" + monitor + "' is not the address of a monitor",
          "It looks like http://127.0.0.1:8010.");
    }
    this.monitor = monitor;
    this.base = "/v1/clusters/" + encoded(cluster);
    this.timeout = timeout;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
  }

  /**
   * Asks for an identity; the same token gets the same one again.
   *
   * @param token the keeper's own choice, at random, and kept by it
   * @param name the node's name for people
   */
  public Welcome join(long token, String name, ServerAddress endpoint) {
    return needed(post("/nodes", new Joining(token, name, endpoint)), Welcome.class);
  }

  /** Reports; empty when the monitor has nothing to say. */
  public Optional<Directive> report(Report report, ServerAddress endpoint) {
    return post("/reports", new Reporting(report, endpoint))
        .map(body -> understood(body, Directive.class));
  }

  /**
   * Waits for an order that changed in a revision higher than this one, and has it at once if it
   * already did.
   *
   * @return empty when nothing changed within that time, or another call waits for this node now
   */
  public Optional<Directive> await(NodeId node, long revision, Duration atMost) {
    String query = "/orders?node=" + node + "&revision=" + revision + "&wait=" + atMost.toMillis();
    return exchange(request(query, timeout.plus(atMost)).GET().build())
        .map(body -> understood(body, Directive.class));
  }

  /** Asks as an operator; the same token is not done twice. */
  public Command.Answer ask(long token, Request request) {
    return needed(post("/requests", new Asking(token, request)), Command.Answer.class);
  }

  /** What an operator would be answered now; nothing is done. */
  public Command.Answer tryOut(Request request) {
    return needed(post("/requests?dry-run=1", new Asking(0, request)), Command.Answer.class);
  }

  /** The cluster for people. */
  public ClusterView view() {
    return needed(fetched(""), ClusterView.class);
  }

  /** The latest events, newest last. */
  public List<Event> events(int most) {
    byte[] body = fetched("/events?most=" + most).orElseThrow(this::noAnswer);
    try {
      return Json.readList(body, Event.class);
    } catch (HoldfastException e) {
      throw noSense(e);
    }
  }

  /** Ends what is under way with an error. */
  @Override
  public void close() {
    http.shutdownNow();
  }

  private Optional<byte[]> fetched(String path) {
    return exchange(request(path, timeout).GET().build());
  }

  private Optional<byte[]> post(String path, Object body) {
    return exchange(
        request(path, timeout)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(Json.write(body)))
            .build());
  }

  private HttpRequest.Builder request(String path, Duration atMost) {
    return HttpRequest.newBuilder(monitor.resolve(base + path)).timeout(atMost);
  }

  private Optional<byte[]> exchange(HttpRequest request) {
    HttpResponse<byte[]> response = sent(request);
    if (response.headers().firstValue(MONITOR_HEADER).isEmpty()) {
      throw new HoldfastException(
          ErrorCode.PROTOCOL,
          "who answers at " + monitor + " is not a monitor",
          "See option monitor, and where holdfast monitor listens.");
    }
    return switch (response.statusCode()) {
      case OK -> Optional.of(response.body());
      case NOTHING -> Optional.empty();
      default -> throw understood(response.body(), Refusal.class).toException();
    };
  }

  private HttpResponse<byte[]> sent(HttpRequest request) {
    try {
      return sendOnce(request);
    } catch (ConnectException | HttpTimeoutException e) {
      throw unreachable(e);
    } catch (IOException e) {
      // A connection that was kept may have been closed by a monitor that was restarted; whatever
      // was sent may be sent again.
      return sendAgain(request);
    }
  }

  private HttpResponse<byte[]> sendAgain(HttpRequest request) {
    try {
      return sendOnce(request);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private HttpResponse<byte[]> sendOnce(HttpRequest request) throws IOException {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HoldfastException(
          ErrorCode.TERM, "interrupted while the monitor " + monitor + " was asked", e);
    }
  }

  private HoldfastException unreachable(IOException e) {
    String reason = e.getMessage();
    return new HoldfastException(
        ErrorCode.HOST_CONNECT,
        "the monitor " + monitor + " does not answer" + (reason == null ? "" : ": " + reason),
        e,
        "Is holdfast monitor running there?");
  }

  private <T> T needed(Optional<byte[]> body, Class<T> type) {
    return understood(body.orElseThrow(this::noAnswer), type);
  }

  private <T> T understood(byte[] body, Class<T> type) {
    try {
      return Json.read(body, type);
    } catch (HoldfastException e) {
      throw noSense(e);
    }
  }

  private HoldfastException noAnswer() {
    return new HoldfastException(
        ErrorCode.PROTOCOL, "the monitor " + monitor + " answers nothing where it has to");
  }

  private HoldfastException noSense(@Nullable Throwable cause) {
    String reason = cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage();
    return new HoldfastException(
        ErrorCode.PROTOCOL,
        "the monitor " + monitor + " answers what makes no sense" + reason,
        cause,
        "It may be of another version.");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
