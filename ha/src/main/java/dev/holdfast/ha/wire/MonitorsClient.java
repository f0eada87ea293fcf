package dev.holdfast.ha.wire;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Asks monitors about themselves, for each other and for operators; safe for several threads. Its
 * methods throw {@link HoldfastException} as those of {@link MonitorClient} do.
 */
public final class MonitorsClient implements AutoCloseable {
  private static final String MONITORS = "/v1/monitors";
  private static final String MONITOR = "/v1/monitor";

  /** A new member gets everything that was decided before it counts. */
  private static final Duration CHANGE = Duration.ofSeconds(40);

  private final MonitorConnection connection;

  private MonitorsClient(MonitorConnection connection) {
    this.connection = connection;
  }

  /**
   * An operator's, of these; nothing is connected yet.
   *
   * @param credentials for https
   */
  public MonitorsClient(
      List<URI> monitors, Duration timeout, Optional<WatchedCredentials> credentials) {
    this(new MonitorConnection(monitors, timeout, credentials, false));
  }

  /**
   * A monitor's, of another one, which it believes only if that may agree with others.
   *
   * @param credentials without them both are on this host
   */
  public static MonitorsClient amongMonitors(
      ServerAddress monitor, Duration timeout, Optional<WatchedCredentials> credentials) {
    URI address = URI.create((credentials.isPresent() ? "https://" : "http://") + monitor);
    return new MonitorsClient(new MonitorConnection(List.of(address), timeout, credentials, true));
  }

  /** What the one that is asked says of itself. */
  public MemberView member() {
    return needed(connection.get(MONITOR), MemberView.class);
  }

  /** Asks one that has no group to take part in this one. */
  public void invite(Invitation invitation) {
    connection.post(MONITOR + "/invitation", invitation);
  }

  /** All of them, by the one that leads. */
  public MonitorsView view() {
    return needed(connection.get(MONITORS), MonitorsView.class);
  }

  /** Makes another one a member; returns when it is. */
  public MonitorsView add(NewMonitor monitor) {
    return needed(connection.post(MONITORS, monitor, CHANGE), MonitorsView.class);
  }

  /** Takes one out for good; returns when it is. */
  public MonitorsView remove(String name) {
    String place = MONITORS + "/" + URLEncoder.encode(name, StandardCharsets.UTF_8) + "/removal";
    return needed(connection.post(place, new Removal(), CHANGE), MonitorsView.class);
  }

  /** The body of a request to remove, which says nothing more. */
  private record Removal() {}

  private <T> T needed(Optional<byte[]> body, Class<T> type) {
    return connection.understood(body, bytes -> Json.read(bytes, type));
  }

  @Override
  public void close() {
    connection.close();
  }
}
