package dev.holdfast.storage.remote;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The line with which the program that was started says what it is. */
final class Greeting {
  /** Raised when a message changes its meaning; both sides must have the same. */
  private static final String PROTOCOL = "2";

  private static final int MAX_BYTES_BEFORE = 64 * 1024;

  private Greeting() {}

  static byte[] line(Purpose purpose, String version) {
    return (purpose.product() + " " + PROTOCOL + " " + version + "\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads up to and with the line.
   *
   * @return the other end's version, or null at the end of the stream
   * @throws HoldfastException protocol (39) when another program, or another version, answers
   */
  static @Nullable String await(Purpose purpose, InputStream input, String host)
      throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int total = 0;
    int next;
    while ((next = input.read()) >= 0) {
      if (++total > MAX_BYTES_BEFORE) {
        throw otherProgram(purpose, host, line);
      }
      if (next != '\n') {
        line.write(next);
        continue;
      }
      String text = line.toString(StandardCharsets.UTF_8);
      if (text.startsWith(purpose.product() + " ")) {
        return version(text, host);
      }
      if (text.startsWith("{\"name\":\"pgBackRest\"")) {
        throw otherProgram(purpose, host, line);
      }
      line.reset();
    }
    return null;
  }

  private static String version(String text, String host) {
    String[] parts = text.split(" ", 3);
    String version = parts.length < 3 ? "unknown" : parts[2];
    if (!parts[1].equals(PROTOCOL)) {
      throw new HoldfastException(
          ErrorCode.PROTOCOL,
          "Holdfast "
              + version
              + " on '"
              + host
              + "' speaks version "
              + parts[1]
              + " of the protocol between hosts, and we speak "
              + PROTOCOL,
          "Install the same version of Holdfast on both hosts.");
    }
    return version;
  }

  private static HoldfastException otherProgram(
      Purpose purpose, String host, ByteArrayOutputStream said) {
    String text = said.toString(StandardCharsets.UTF_8).strip();
    return new HoldfastException(
        ErrorCode.PROTOCOL,
        "what answers on '" + host + "' is not Holdfast" + (text.isEmpty() ? "" : ": " + text),
        "Both hosts need Holdfast: pgBackRest alone cannot " + purpose.duty() + ".",
        purpose.commandOption() + " names the program on the other host.");
  }
}
