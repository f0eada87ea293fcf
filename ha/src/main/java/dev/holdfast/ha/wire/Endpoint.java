package dev.holdfast.ha.wire;

/**
 * Where a node's PostgreSQL is reached by the other nodes.
 *
 * @param host a name or an address
 * @param port 1 to 65535
 */
public record Endpoint(String host, int port) {
  private static final int LAST_PORT = 65_535;

  /** Checks both; a host goes into connection strings as it is. */
  public Endpoint {
    if (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || "'\",\\".indexOf(c) >= 0)) {
      throw new IllegalArgumentException("'" + host + "' is not a host");
    }
    if (port < 1 || port > LAST_PORT) {
      throw new IllegalArgumentException("port " + port + " is not 1 to " + LAST_PORT);
    }
  }

  /** {@code host:port}, with brackets around an IPv6 address. */
  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
