package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Where a monitor may listen. */
public final class ListenAddress {
  private ListenAddress() {}

  /**
   * Reads {@code HOST:PORT}.
   *
   * @throws HoldfastException option-invalid-value (32) when it is none; feature-not-supported (67)
   *     when it is not a loopback address, which others could reach
   */
  public static InetSocketAddress parse(String text) {
    ServerAddress address = ServerAddress.parse(text);
    if (!text.endsWith(":" + address.port())) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "'" + text + "' has no port",
          "Write HOST:PORT, for example 127.0.0.1:8010.");
    }
    try {
      InetAddress host = InetAddress.getByName(address.host());
      if (!host.isLoopbackAddress()) {
        throw new HoldfastException(
            ErrorCode.FEATURE_NOT_SUPPORTED,
            "the monitor cannot listen on " + text + ": there is no TLS yet",
            "Listen on a loopback address, and bring the nodes there through a tunnel (ssh -L).");
      }
      return new InetSocketAddress(host, address.port());
    } catch (UnknownHostException e) {
      throw new HoldfastException(
          ErrorCode.HOST_INVALID, "there is no host '" + address.host() + "'", e);
    }
  }
}
