package dev.holdfast.ha.wire;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Report;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The other end of a monitor, or of several that agree, for keepers and operators; safe for several
 * threads.
 *
 * <p>Every method throws {@link HoldfastException}: host-connect (49) when nobody answers within
 * the timeout, crypto (95) when the monitor's certificate or the own one is wrong, protocol (39)
 * when who answers is no monitor or answers what makes no sense, and what the monitor itself
 * refuses with, under its code.
 */
public final class MonitorClient implements AutoCloseable {
  /** In every answer of a monitor; the value is the version of the protocol. */
  public static final String MONITOR_HEADER = "Holdfast-Monitor";

  /** In the refusal of a monitor that does not decide: HOST:PORT of the one that does, if known. */
  public static final String LEADER_HEADER = "Holdfast-Leader";

  /** The status of such a refusal. */
  public static final int MISDIRECTED = 421;

  private final MonitorConnection connection;
  private final String base;

  /**
   * A client of one monitor; nothing is connected yet.
   *
   * @param monitor for example {@code http://127.0.0.1:8010}
   * @param cluster its name there
   * @param timeout the longest wait for an answer, the waiting that {@link #await} asks for apart
   * @throws HoldfastException option-invalid-value (32) when the address cannot be a monitor's
   */
  public MonitorClient(URI monitor, String cluster, Duration timeout) {
    this(List.of(monitor), cluster, timeout);
  }

  /** The same of several, of which one decides at a time. */
  public MonitorClient(List<URI> monitors, String cluster, Duration timeout) {
    this(monitors, cluster, timeout, Optional.empty());
  }

  /** The same as the next one, of one monitor. */
  public MonitorClient(
      URI monitor, String cluster, Duration timeout, Optional<WatchedCredentials> credentials) {
    this(List.of(monitor), cluster, timeout, credentials);
  }

  /**
   * The same, for monitors anywhere.
   *
   * @param monitors for example {@code https://monitor.example:8010}; without TLS on loopback
   *     addresses only
   * @param credentials what is shown to the monitors, and whom to believe; needed for https
   * @throws HoldfastException option-invalid-value (32) when an address cannot be a monitor's;
   *     option-required (37) when it needs credentials
   */
  public MonitorClient(
      List<URI> monitors,
      String cluster,
      Duration timeout,
      Optional<WatchedCredentials> credentials) {
    this.connection = new MonitorConnection(monitors, timeout, credentials, false);
    this.base = "/v1/clusters/" + encoded(cluster);
  }

  /**
   * The addresses of monitors, separated by commas.
   *
   * @throws HoldfastException option-invalid-value (32) when one of them cannot be a monitor's
   */
  public static List<URI> addresses(String text) {
    return MonitorConnection.addresses(text);
  }

  /**
   * Asks for an identity; the same token gets the same one again.
   *
   * @param token the keeper's own choice, at random, and kept by it
   * @param name the node's name for people
   * @param existing what there is in its data directory
   */
  public Welcome join(long token, String name, ServerAddress endpoint, Existing existing) {
    return needed(
        connection.post(base + "/nodes", new Joining(token, name, endpoint, existing)),
        Welcome.class);
  }

  /** The same for a node that has no data yet. */
  public Welcome join(long token, String name, ServerAddress endpoint) {
    return join(token, name, endpoint, Existing.NOTHING);
  }

  /** Throws what {@link #join} would be refused with; nothing is done. */
  public void tryToJoin(long token, String name, ServerAddress endpoint, Existing existing) {
    connection.post(base + "/nodes?dry-run=1", new Joining(token, name, endpoint, existing));
  }

  /**
   * Reports; empty when the monitor has nothing to say.
   *
   * @param systemIdentifier of the data, empty when there is none
   */
  public Optional<Directive> report(
      Report report, ServerAddress endpoint, String systemIdentifier) {
    return directive(
        connection.post(base + "/reports", new Reporting(report, endpoint, systemIdentifier)));
  }

  /** Tells a monitor that knows too little what the keeper knows. */
  public void testify(Testifying testifying) {
    connection.post(base + "/testimonies", testifying);
  }

  /**
   * Has the monitor make the cluster's state anew from what the keepers have told it.
   *
   * @param othersAreGone the operator's word on nodes that are not heard
   * @param dryRun whether only to say what would be done
   * @return what is done
   */
  public String rebuild(boolean othersAreGone, boolean dryRun) {
    String query = "/rebuilding?others-are-gone=" + (othersAreGone ? 1 : 0);
    return needed(
            connection.post(base + query + "&dry-run=" + (dryRun ? 1 : 0), Map.of()),
            Command.Answer.class)
        .text();
  }

  /**
   * Waits for an order that changed in a revision higher than this one, and has it at once if it
   * already did.
   *
   * @return empty when nothing changed within that time, or another call waits for this node now
   */
  public Optional<Directive> await(NodeId node, long revision, Duration atMost) {
    String query = "/orders?node=" + node + "&revision=" + revision + "&wait=" + atMost.toMillis();
    return directive(connection.get(base + query, atMost));
  }

  /** Asks as an operator; the same token is not done twice. */
  public Command.Answer ask(long token, Request request) {
    return needed(
        connection.post(base + "/requests", new Asking(token, request)), Command.Answer.class);
  }

  /** What an operator would be answered now; nothing is done. */
  public Command.Answer tryOut(Request request) {
    return needed(
        connection.post(base + "/requests?dry-run=1", new Asking(0, request)),
        Command.Answer.class);
  }

  /** The cluster for people. */
  public ClusterView view() {
    return needed(connection.get(base), ClusterView.class);
  }

  /** The latest events, newest last. */
  public List<Event> events(int most) {
    return connection.understood(
        connection.get(base + "/events?most=" + most), body -> Json.readList(body, Event.class));
  }

  /** Ends what is under way with an error. */
  @Override
  public void close() {
    connection.close();
  }

  private Optional<Directive> directive(Optional<byte[]> body) {
    return body.isEmpty() ? Optional.empty() : Optional.of(needed(body, Directive.class));
  }

  private <T> T needed(Optional<byte[]> body, Class<T> type) {
    return connection.understood(body, bytes -> Json.read(bytes, type));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
