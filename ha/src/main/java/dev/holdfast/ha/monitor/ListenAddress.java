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
   * @param secure whether the monitor speaks TLS
   * @throws HoldfastException option-invalid-value (32) when it is none; option-required (37) when
   *     others could reach it and there is no TLS
   */
  public static InetSocketAddress parse(String text, boolean secure) {
    ServerAddress address = ServerAddress.parse(text);
    if (!text.endsWith(":" + address.port())) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "'" + text + "' has no port",
          "Write HOST:PORT, for example 127.0.0.1:8010.");
    }
    try {
      InetAddress host = InetAddress.getByName(address.host());
      if (!secure && !host.isLoopbackAddress()) {
        throw new HoldfastException(
            ErrorCode.OPTION_REQUIRED,
            "the monitor cannot listen on " + text + " without certificates: others reach it there",
            "Set monitor-ca-file, monitor-cert-file and monitor-key-file; holdfast certificates"
                + " makes them.",
            "Or listen on a loopback address.");
      }
      return new InetSocketAddress(host, address.port());
    } catch (UnknownHostException e) {
      throw new HoldfastException(
          ErrorCode.HOST_INVALID, "there is no host '" + address.host() + "'", e);
    }
  }
}
