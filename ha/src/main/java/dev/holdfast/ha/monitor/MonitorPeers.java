package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.wire.LoopbackName;
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
   * @param secure whether they talk over TLS
   * @throws HoldfastException option-invalid-value (32) when they make no sense; option-required
   *     (37) when others could reach an address and there is no TLS; host-invalid (48) when there
   *     is no such host
   */
  public static MonitorPeers of(String self, Map<String, String> peers, boolean secure) {
    SortedMap<String, Place> all = new TreeMap<>();
    peers.forEach((name, place) -> all.put(name, Place.parse(name, place)));
    if (!all.containsKey(self)) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "monitor '" + self + "' is not among those that option monitor-peer names",
          "Name them all on each, this one too: monitor-peer=" + self + "=HOST:PORT");
    }
    if (secure) {
      Optional.ofNullable(all.get(self)).ifPresent(own -> refuseLocal(own.agreement(), all));
    } else {
      all.values().forEach(place -> refuseReachable(place.agreement()));
    }
    return new MonitorPeers(self, all);
  }

  /** Some systems know their own name as an address that only they reach (127.0.1.1). */
  private static void refuseLocal(ServerAddress own, SortedMap<String, Place> all) {
    boolean others =
        all.values().stream()
            .map(place -> place.agreement().toString().replaceFirst(":\\d+$", ""))
            .anyMatch(host -> !LoopbackName.matches(host));
    if (others && resolved(own).isLoopbackAddress()) {
      throw new HoldfastException(
          ErrorCode.HOST_INVALID,
          "this monitor would listen on "
              + resolved(own).getHostAddress()
              + ", which is what '"
              + own.host()
              + "' is on this host: the others do not reach it there",
          "See /etc/hosts, or name an IP address in option monitor-peer, which its certificate has"
              + " too.");
    }
  }

  private static void refuseReachable(ServerAddress address) {
    if (!resolved(address).isLoopbackAddress()) {
      throw new HoldfastException(
          ErrorCode.OPTION_REQUIRED,
          "monitors cannot talk to each other at "
              + address
              + " without certificates: others reach them there",
          "Set monitor-ca-file, monitor-cert-file and monitor-key-file; holdfast certificates"
              + " --for-monitor makes them.",
          "Or use loopback addresses.");
    }
  }

  private static InetAddress resolved(ServerAddress address) {
    try {
      return InetAddress.getByName(address.host());
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
