package dev.holdfast.ha.wire;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * The way to one monitor, or to the one of several that decides; safe for several threads.
 *
 * <p>Of several the last that answered is asked first. One that does not answer within the timeout,
 * or says that another decides, sends the question on: to the one that it names, else to the next
 * of the list. As soon as another answers, what still waits at the former (a long poll at a host
 * that is gone) is given up there and asked anew. A question goes round until each was asked and
 * the timeout is over: an election takes a second. Everything that is asked may be asked again.
 */
final class MonitorConnection implements AutoCloseable {
  private static final int OK = 200;
  private static final int NOTHING = 204;
  private static final long BETWEEN_ROUNDS_NANOS = 100_000_000;

  private final List<URI> monitors;
  private final Duration timeout;
  private final Transport transport;
  private final boolean certified;
  private final Map<CompletableFuture<?>, URI> underway = new ConcurrentHashMap<>();
  private volatile URI preferred;
  private volatile boolean closed;

  /** A question without its address; the timeout is for one answer. */
  record Question(String path, byte @Nullable [] body, Duration atMost) {}

  /** That somebody should be asked instead. */
  private static final class Elsewhere extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable URI hint;
    private final transient HoldfastException error;
    private final boolean answered;

    Elsewhere(@Nullable URI hint, HoldfastException error, boolean answered) {
      super(error);
      this.hint = hint;
      this.error = error;
      this.answered = answered;
    }

    /** What one says that answers tells more than that another does not. */
    Elsewhere orBetter(@Nullable Elsewhere before) {
      return before != null && before.answered && !answered ? before : this;
    }
  }

  /**
   * To these.
   *
   * @param credentials for https
   * @param amongMonitors whether nobody is believed but monitors that may agree with others
   */
  MonitorConnection(
      List<URI> monitors,
      Duration timeout,
      Optional<WatchedCredentials> credentials,
      boolean amongMonitors) {
    this.certified = credentials.isPresent();
    monitors.forEach(monitor -> checked(monitor, certified));
    this.monitors = List.copyOf(monitors);
    this.preferred = monitors.getFirst();
    this.timeout = timeout;
    boolean secure = monitors.stream().anyMatch(monitor -> "https".equals(monitor.getScheme()));
    this.transport = new Transport(timeout, credentials.filter(any -> secure), amongMonitors);
  }

  /** Addresses, separated by commas. */
  static List<URI> addresses(String text) {
    List<URI> addresses = new ArrayList<>();
    for (String each : text.split(",", -1)) {
      try {
        addresses.add(address(new URI(each.strip())));
      } catch (URISyntaxException e) {
        throw notAnAddress(each, e);
      }
    }
    return addresses;
  }

  private static URI address(URI monitor) {
    boolean known = "https".equals(monitor.getScheme()) || "http".equals(monitor.getScheme());
    if (!known || monitor.getHost() == null) {
      throw notAnAddress(monitor.toString(), null);
    }
    return monitor;
  }

  private static URI checked(URI monitor, boolean credentials) {
    boolean secure = "https".equals(monitor.getScheme());
    address(monitor);
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

  private static HoldfastException notAnAddress(String text, @Nullable Throwable cause) {
    return new HoldfastException(
        ErrorCode.OPTION_INVALID_VALUE,
        "'" + text + "' is not the address of a monitor",
        cause,
        "It looks like http://127.0.0.1:8010 or https://monitor.example:8010; several are separated"
            + " by commas.");
  }

  Duration timeout() {
    return timeout;
  }

  /** For messages: whom it asks. */
  String name() {
    return preferred.toString();
  }

  Optional<byte[]> get(String path) {
    return ask(new Question(path, null, timeout));
  }

  /** An answer that may take so much longer. */
  Optional<byte[]> get(String path, Duration longer) {
    return ask(new Question(path, null, timeout.plus(longer)));
  }

  Optional<byte[]> post(String path, Object body) {
    return ask(new Question(path, Json.write(body), timeout));
  }

  Optional<byte[]> post(String path, Object body, Duration longer) {
    return ask(new Question(path, Json.write(body), timeout.plus(longer)));
  }

  private Optional<byte[]> ask(Question question) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      Elsewhere last = null;
      // One more than there are, for a hint to one that is not on the list.
      for (int asked = 0; asked <= monitors.size(); asked++) {
        URI monitor = preferred;
        try {
          return askOne(monitor, question);
        } catch (Elsewhere e) {
          last = e.orBetter(last);
          turn(monitor, e.hint);
          if (monitors.size() == 1 && e.hint == null) {
            break;
          }
        }
      }
      if (closed || monitors.size() == 1 || System.nanoTime() - deadline > 0) {
        throw last == null ? new IllegalStateException("nobody was asked") : last.error;
      }
      LockSupport.parkNanos(BETWEEN_ROUNDS_NANOS);
    }
  }

  private synchronized void turn(URI from, @Nullable URI hint) {
    if (preferred.equals(from)) {
      preferred =
          hint != null ? hint : monitors.get((monitors.indexOf(from) + 1) % monitors.size());
    }
  }

  private Optional<byte[]> askOne(URI monitor, Question question) throws Elsewhere {
    HttpResponse<byte[]> response = sent(monitor, question);
    if (response.headers().firstValue(MonitorClient.MONITOR_HEADER).isEmpty()) {
      throw new HoldfastException(
          ErrorCode.PROTOCOL,
          "who answers at " + monitor + " is not a monitor",
          "See option monitor, and where holdfast monitor listens.");
    }
    if (response.statusCode() == MonitorClient.MISDIRECTED) {
      throw new Elsewhere(leader(monitor, response), refusal(monitor, response.body()), true);
    }
    leave(monitor);
    return switch (response.statusCode()) {
      case OK -> Optional.of(response.body());
      case NOTHING -> Optional.empty();
      default -> throw refusal(monitor, response.body());
    };
  }

  private @Nullable URI leader(URI asked, HttpResponse<?> response) {
    try {
      URI leader =
          response
              .headers()
              .firstValue(MonitorClient.LEADER_HEADER)
              .map(address -> URI.create(asked.getScheme() + "://" + address))
              .orElse(null);
      // Who names himself is about to lead, or about not to.
      return leader == null || leader.equals(asked) ? null : checked(leader, certified);
    } catch (IllegalArgumentException | HoldfastException e) {
      return null;
    }
  }

  /** Whoever waits at another monitor than the one that has answered asks anew. */
  private void leave(URI good) {
    if (monitors.size() > 1) {
      underway.forEach((exchange, monitor) -> {
        if (!monitor.equals(good)) {
          exchange.cancel(true);
        }
      });
    }
  }

  private HttpResponse<byte[]> sent(URI monitor, Question question) throws Elsewhere {
    try {
      return sendOnce(monitor, question);
    } catch (HttpTimeoutException | ConnectException | SSLHandshakeException e) {
      throw new Elsewhere(null, unreachable(monitor, e), false);
    } catch (IOException e) {
      // A connection that was kept may have been closed by a monitor that was restarted; whatever
      // was sent may be sent again.
      try {
        return sendOnce(monitor, question);
      } catch (IOException again) {
        throw new Elsewhere(null, unreachable(monitor, again), false);
      }
    }
  }

  private HttpResponse<byte[]> sendOnce(URI monitor, Question question)
      throws IOException, Elsewhere {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(monitor.resolve(question.path())).timeout(question.atMost());
    if (question.body() != null) {
      request
          .header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofByteArray(question.body()));
    }
    CompletableFuture<HttpResponse<byte[]>> exchange =
        transport.http().sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    underway.put(exchange, monitor);
    try {
      return exchange.get();
    } catch (CancellationException e) {
      throw notWaitedFor(monitor, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      if (e.getCause() instanceof CancellationException cancelled) {
        throw notWaitedFor(monitor, cancelled);
      }
      throw new HoldfastException(
          ErrorCode.ASSERT, "unexpected, of the monitor " + monitor + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      exchange.cancel(true);
      Thread.currentThread().interrupt();
      throw new HoldfastException(
          ErrorCode.TERM, "interrupted while the monitor " + monitor + " was asked", e);
    } finally {
      underway.remove(exchange);
    }
  }

  private static Elsewhere notWaitedFor(URI monitor, CancellationException e) {
    return new Elsewhere(
        null,
        new HoldfastException(
            ErrorCode.HOST_CONNECT, "the monitor " + monitor + " is not waited for any more", e),
        false);
  }

  private static HoldfastException unreachable(URI monitor, IOException e) {
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

  private static HoldfastException refusal(URI monitor, byte[] body) {
    try {
      return Json.read(body, Refusal.class).toException();
    } catch (HoldfastException e) {
      return noSense(monitor.toString(), e);
    }
  }

  /** What was answered, understood; it has to be there. */
  <T> T understood(Optional<byte[]> body, Function<byte[], T> reader) {
    byte[] answer =
        body.orElseThrow(() ->
            new HoldfastException(
                ErrorCode.PROTOCOL, "the monitor " + name() + " answers nothing where it has to"));
    try {
      return reader.apply(answer);
    } catch (HoldfastException e) {
      throw noSense(name(), e);
    }
  }

  private static HoldfastException noSense(String monitor, HoldfastException cause) {
    return new HoldfastException(
        ErrorCode.PROTOCOL,
        "the monitor " + monitor + " answers what makes no sense: " + cause.getMessage(),
        cause,
        "It may be of another version.");
  }

  /** Ends what is under way with an error. */
  @Override
  public void close() {
    closed = true;
    transport.close();
  }
}
