package dev.holdfast.domain;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a server listens.
 *
 * @param host a name or an address, or the absolute path of a directory with a Unix socket
 * @param port 1 to 65535
 */
public record ServerAddress(String host, int port) {
  /** PostgreSQL's own. */
  public static final int DEFAULT_PORT = 5432;

  /** A host goes into connection strings and configuration files as it is. */
  private static final String FORBIDDEN = "'\",\\";

  private static final int LAST_PORT = 65_535;
  private static final Pattern TEXT =
      Pattern.compile(
          "(?:\\[(?<bracketed>[^\\[\\]]+)]|(?<plain>[^:\\[\\]]+))(?::(?<port>\\d{1,5}))?");

  /** Checks both. */
  public ServerAddress {
    if (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || FORBIDDEN.indexOf(c) >= 0)) {
      throw new HoldfastException(ErrorCode.OPTION_INVALID_VALUE, "invalid host '" + host + "'");
    }
    if (port < 1 || port > LAST_PORT) {
      throw new HoldfastException(ErrorCode.OPTION_INVALID_VALUE, "invalid port " + port);
    }
  }

  /**
   * Reads {@code host}, {@code host:port} or {@code [IPv6]:port}.
   *
   * @throws HoldfastException option-invalid-value (32)
   */
  public static ServerAddress parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "invalid address '" + text + "'",
          "Write HOST, HOST:PORT or [IPV6]:PORT.");
    }
    String port = matcher.group("port");
    String bracketed = matcher.group("bracketed");
    return new ServerAddress(
        bracketed != null ? bracketed : matcher.group("plain"),
        port == null ? DEFAULT_PORT : Integer.parseInt(port));
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
