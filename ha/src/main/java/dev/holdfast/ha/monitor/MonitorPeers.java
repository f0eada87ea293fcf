package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Several monitors, as the configuration names them.
 *
 * @param self the name of this one
 * @param all where each answers, by its name
 */
public record MonitorPeers(String self, SortedMap<String, Place> all) {
  private static final Pattern PLACE =
      Pattern.compile("(?<service>.*:\\d{1,5})(?:,(?<agreement>\\d{1,5}))?");

  /**
   * Where a monitor is.
   *
   * @param service where it answers keepers and operators
   * @param agreement where monitors talk to each other; the same host
   */
  record Place(ServerAddress service, ServerAddress agreement) {
    /** Reads {@code HOST:PORT[,PORT]}; the second port is one more than the first without it. */
    static Place parse(String name, String text) {
      Matcher matcher = PLACE.matcher(text);
      if (!matcher.matches()) {
        throw new HoldfastException(
            ErrorCode.OPTION_INVALID_VALUE,
            "'" + text + "' is not where monitor '" + name + "' could be",
            "Write --monitor-peer=NAME=HOST:PORT[,PORT]: where it answers, and the port on which"
                + " monitors talk to each other, one more without it.");
      }
      ServerAddress service = ServerAddress.parse(matcher.group("service"));
      String agreement = matcher.group("agreement");
      int port = agreement == null ? service.port() + 1 : Integer.parseInt(agreement);
      return new Place(service, new ServerAddress(service.host(), port));
    }
  }

  /** Copies. */
  public MonitorPeers {
    all = new TreeMap<>(all);
  }

  /**
   * As the options have them.
   *
   * @param self option monitor-id
   * @param peers option monitor-peer
   * @throws HoldfastException option-invalid-value (32) when they make no sense;
   *     feature-not-supported (67) when others could reach an address
   */
  public static MonitorPeers of(String self, Map<String, String> peers) {
    SortedMap<String, Place> all = new TreeMap<>();
    peers.forEach((name, place) -> all.put(name, Place.parse(name, place)));
    if (!all.containsKey(self)) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "monitor '" + self + "' is not among those that option monitor-peer names",
          "Name them all on each, this one too: monitor-peer=" + self + "=HOST:PORT");
    }
    all.values().forEach(place -> refuseReachable(place.agreement()));
    return new MonitorPeers(self, all);
  }

  private static void refuseReachable(ServerAddress address) {
    try {
      if (!InetAddress.getByName(address.host()).isLoopbackAddress()) {
        throw new HoldfastException(
            ErrorCode.FEATURE_NOT_SUPPORTED,
            "monitors cannot talk to each other at " + address + ": there is no TLS yet",
            "Use loopback addresses, and bring the monitors there through tunnels (ssh -L).");
      }
    } catch (UnknownHostException e) {
      throw new HoldfastException(
          ErrorCode.HOST_INVALID, "there is no host '" + address.host() + "'", e);
    }
  }

  /** Where this one answers, as HOST:PORT. */
  public String service() {
    return own().service().toString();
  }

  Place own() {
    return Optional.ofNullable(all.get(self)).orElseThrow();
  }
}
