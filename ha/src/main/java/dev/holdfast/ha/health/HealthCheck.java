package dev.holdfast.ha.health;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which question a path asks, and what the answer is. */
final class HealthCheck {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*(b|kb|mb|gb|tb)?");
  private static final Map<String, Long> UNITS =
      Map.of("b", 1L, "kb", 1L << 10, "mb", 1L << 20, "gb", 1L << 30, "tb", 1L << 40);

  private HealthCheck() {}

  /**
   * Whether a load balancer gets a yes.
   *
   * @param path for example {@code /replica}
   * @param lag the most bytes by which a replica may trail, as {@code lag} in the query says it
   * @return empty for a path that asks nothing
   * @throws HoldfastException option-invalid-value (32) when the lag is none
   */
  static Optional<Boolean> of(String path, Optional<String> lag, NodeHealth node) {
    boolean close = lag.isEmpty() || node.within(bytes(lag.get()));
    boolean replica = node.isReplica() && close;
    return switch (path) {
      case "/", "/primary", "/read-write", "/leader", "/master" -> Optional.of(node.isLeader());
      case "/replica" -> Optional.of(replica);
      case "/read-only" -> Optional.of(node.isLeader() || replica);
      case "/synchronous", "/sync", "/quorum" ->
          Optional.of(node.isReplica() && node.synchronous());
      case "/read-only-sync", "/read-only-quorum" ->
          Optional.of(node.isLeader() || (node.isReplica() && node.synchronous()));
      case "/asynchronous", "/async" -> Optional.of(replica && !node.synchronous());
      case "/health" -> Optional.of(node.running());
      case "/liveness" -> Optional.of(node.keeperAlive());
      case "/readiness" -> Optional.of(node.isLeader() || replica);
      // There is none: a cluster that follows another cluster.
      case "/standby-leader", "/standby_leader" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  /** {@code 16384}, {@code 16kB}, {@code 64MB}, {@code 1GB}. */
  static long bytes(String text) {
    Matcher matcher = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "'" + text + "' is no lag",
          "Write bytes, or a number with kB, MB or GB: /replica?lag=16MB.");
    }
    String unit = matcher.group(2);
    return Math.multiplyExact(
        Long.parseLong(matcher.group(1)), unit == null ? 1L : UNITS.getOrDefault(unit, 1L));
  }
}
