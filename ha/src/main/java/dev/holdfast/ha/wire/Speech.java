package dev.holdfast.ha.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * What is spoken at an address, found out for the sake of an error's message: who is spoken to in
 * the wrong way hangs up, or waits for more.
 */
enum Speech {
  PLAIN,
  TLS,
  UNKNOWN;

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** So short that whoever understands nothing has read it all before it hangs up. */
  private static final byte[] REQUEST =
      "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** The type of the record that begins an alert: RFC 8446, 5.1. */
  private static final int ALERT = 21;

  /**
   * Asks plainly, for two seconds at most: HTTP is answered with HTTP, and by TLS with an alert.
   */
  static Speech at(URI address) {
    try (Socket socket = new Socket()) {
      int patience = (int) PATIENCE.toMillis();
      String host = address.getHost().replace("[", "").replace("]", "");
      socket.connect(new InetSocketAddress(host, address.getPort()), patience);
      socket.setSoTimeout(patience);
      OutputStream out = socket.getOutputStream();
      out.write(REQUEST);
      out.flush();
      InputStream in = socket.getInputStream();
      return switch (in.read()) {
        case 'H' -> PLAIN;
        case ALERT -> TLS;
        default -> UNKNOWN;
      };
    } catch (IOException | IllegalArgumentException e) {
      return UNKNOWN;
    }
  }
}
