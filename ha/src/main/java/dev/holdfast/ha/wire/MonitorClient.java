package dev.holdfast.ha.wire;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Report;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * The other end of a monitor, for keepers and operators; safe for several threads.
 *
 * <p>Every method throws {@link HoldfastException}: host-connect (49) when nobody answers within
 * the timeout, crypto (95) when the monitor's certificate or the own one is wrong, protocol (39)
 * when who answers is no monitor or answers what makes no sense, and what the monitor itself
 * refuses with, under its code.
 */
public final class MonitorClient implements AutoCloseable {
  /** In every answer of a monitor; the value is the version of the protocol. */
  public static final String MONITOR_HEADER = "Holdfast-Monitor";

  private static final int OK = 200;
  private static final int NOTHING = 204;

  private final Transport transport;
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
    this(monitor, cluster, timeout, Optional.empty());
  }

  /**
   * The same, for a monitor anywhere.
   *
   * @param monitor for example {@code https://monitor.example:8010}; without TLS on a loopback
   *     address only
   * @param credentials what is shown to the monitor, and whom to believe; needed for https
   * @throws HoldfastException option-invalid-value (32) when the address cannot be a monitor's;
   *     option-required (37) when it needs credentials
   */
  public MonitorClient(
      URI monitor, String cluster, Duration timeout, Optional<WatchedCredentials> credentials) {
    this.monitor = checked(monitor, credentials.isPresent());
    this.base = "/v1/clusters/" + encoded(cluster);
    this.timeout = timeout;
    this.transport =
        new Transport(timeout, credentials.filter(any -> "https".equals(monitor.getScheme())));
  }

  private static URI checked(URI monitor, boolean credentials) {
    boolean secure = "https".equals(monitor.getScheme());
    if (!(secure || "http".equals(monitor.getScheme())) || monitor.getHost() == null) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "'" + monitor + "' is not the address of a monitor",
          "It looks like http://127.0.0.1:8010 or https://monitor.example:8010.");
    }
    if (secure && !credentials) {
      throw new HoldfastException(
          ErrorCode.OPTION_REQUIRED,
          "the monitor " + monitor + " needs certificates",
          "Set monitor-ca-file, monitor-cert-file and monitor-key-file; holdfast certificates makes"
              + " them.");
    }
    if (!secure && !LoopbackName.matches(monitor.getHost())) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "the monitor " + monitor + " is on another host, and what is said would not be encrypted",
          "Its address begins with https://; see monitor-ca-file.");
    }
    return monitor;
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
    transport.close();
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
    } catch (ConnectException | HttpTimeoutException | SSLHandshakeException e) {
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
      return transport.http().send(request, HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HoldfastException(
          ErrorCode.TERM, "interrupted while the monitor " + monitor + " was asked", e);
    }
  }

  private HoldfastException unreachable(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof HoldfastException problem) {
        return new HoldfastException(
            problem.code(),
            "the monitor " + monitor + " is not to be believed: " + problem.getMessage(),
            e,
            problem.hints().toArray(String[]::new));
      }
    }
    boolean secure = "https".equals(monitor.getScheme());
    boolean mayBeOtherwise =
        secure
            ? e instanceof SSLException || e instanceof HttpConnectTimeoutException
            : !(e instanceof ConnectException || e instanceof HttpTimeoutException);
    Speech speech = mayBeOtherwise ? Speech.at(monitor) : Speech.UNKNOWN;
    if (speech == (secure ? Speech.PLAIN : Speech.TLS)) {
      return new HoldfastException(
          ErrorCode.PROTOCOL,
          "the monitor " + monitor + (secure ? " speaks no TLS" : " speaks TLS"),
          e,
          secure
              ? "Give it certificates too (monitor-ca-file); on its own host it is http://."
              : "Its address begins with https://; see monitor-ca-file.");
    }
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
