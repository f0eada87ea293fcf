package dev.holdfast.ha.monitor;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.wire.Json;
import dev.holdfast.ha.wire.LoopbackName;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.ha.wire.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request and its answer. */
final class Exchange {
  static final int BAD_REQUEST = 400;
  static final int FORBIDDEN = 403;
  static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;

  private static final int OK = 200;
  private static final int NOTHING = 204;
  private static final int CONFLICT = 409;
  private static final int TOO_LARGE = 413;
  private static final int OTHER_MEDIA_TYPE = 415;
  private static final int UNAVAILABLE = 503;

  /** A report has a few hundred bytes; a long history of timelines some thousand. */
  private static final int LONGEST_BODY = 1 << 20;

  private static final String PROTOCOL_VERSION = "1";
  private static final String JSON = "application/json";

  private final HttpExchange http;

  Exchange(HttpExchange http) {
    this.http = http;
  }

  /** An error that has a status of its own. */
  static final class Status extends HoldfastException {
    private static final long serialVersionUID = 1L;

    private final int number;

    Status(int number, ErrorCode code, String message, String... hints) {
      super(code, message, hints);
      this.number = number;
    }
  }

  /**
   * Something that a page in a browser of this host could send by itself is refused: such a page
   * can neither set the type of a body nor, under a name of its own, the host. The host's name is
   * not looked at where who calls is known by a certificate.
   */
  void refuseForeign() {
    String host = Optional.ofNullable(http.getRequestHeaders().getFirst("Host")).orElse("");
    String bare = host.replaceFirst(":\\d*$", "");
    if (!(http instanceof HttpsExchange) && !LoopbackName.matches(bare)) {
      throw new Status(
          BAD_REQUEST,
          ErrorCode.PROTOCOL,
          "the monitor is not asked for by the name '" + bare + "'");
    }
    String type = Optional.ofNullable(http.getRequestHeaders().getFirst("Content-Type")).orElse("");
    if (http.getRequestMethod().equals("POST") && !type.startsWith(JSON)) {
      throw new Status(OTHER_MEDIA_TYPE, ErrorCode.PROTOCOL, "the body has to be of type " + JSON);
    }
  }

  String method() {
    return http.getRequestMethod();
  }

  /** Refuses any other method. */
  void expect(String method) {
    if (!method().equals(method)) {
      throw new Status(
          METHOD_NOT_ALLOWED, ErrorCode.PROTOCOL, "here is only " + method + ", not " + method());
    }
  }

  /** Parts of the path, decoded, without the empty one before the first slash. */
  String[] path() {
    String raw = http.getRequestURI().getRawPath();
    String[] parts = (raw.startsWith("/") ? raw.substring(1) : raw).split("/", -1);
    for (int i = 0; i < parts.length; i++) {
      parts[i] = decoded(parts[i]);
    }
    return parts;
  }

  /** A whole number of the query. */
  long number(String name, long lowest, long highest) {
    String text = parameter(name);
    if (text == null) {
      throw invalid(name + " is missing");
    }
    return number(name, text, lowest, highest);
  }

  /** The same, where it may be left out. */
  long number(String name, long lowest, long highest, long otherwise) {
    String text = parameter(name);
    return text == null ? otherwise : number(name, text, lowest, highest);
  }

  private static long number(String name, String text, long lowest, long highest) {
    try {
      long number = Long.parseLong(text);
      if (number >= lowest && number <= highest) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw invalid(name + " is no number");
    }
    throw invalid(name + " is not " + lowest + " to " + highest);
  }

  private @Nullable String parameter(String name) {
    String query = http.getRequestURI().getRawQuery();
    if (query != null) {
      for (String pair : query.split("&", -1)) {
        if (pair.startsWith(name + "=")) {
          return decoded(pair.substring(name.length() + 1));
        }
      }
    }
    return null;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw invalid("the address is not encoded as addresses are");
    }
  }

  private static Status invalid(String reason) {
    return new Status(BAD_REQUEST, ErrorCode.PARAM_INVALID, reason);
  }

  /** The body. */
  <T> T body(Class<T> type) {
    byte[] body;
    try (InputStream stream = http.getRequestBody()) {
      body = stream.readNBytes(LONGEST_BODY + 1);
    } catch (IOException e) {
      throw invalid("the body is cut off");
    }
    if (body.length > LONGEST_BODY) {
      throw new Status(
          TOO_LARGE, ErrorCode.PARAM_INVALID, "the body has more than " + LONGEST_BODY + " bytes");
    }
    try {
      return Json.read(body, type);
    } catch (HoldfastException e) {
      throw new Status(BAD_REQUEST, e.code(), e.getMessage());
    }
  }

  void answer(Object value) throws IOException {
    send(OK, Json.write(value));
  }

  void answerNothing() throws IOException {
    http.getResponseHeaders().set(MonitorClient.MONITOR_HEADER, PROTOCOL_VERSION);
    http.sendResponseHeaders(NOTHING, -1);
  }

  void refuse(HoldfastException error) throws IOException {
    if (error instanceof NotDeciding elsewhere) {
      elsewhere
          .leader()
          .ifPresent(leader ->
              http.getResponseHeaders().set(MonitorClient.LEADER_HEADER, leader.toString()));
    }
    send(status(error), Json.write(Refusal.of(error)));
  }

  private static int status(HoldfastException error) {
    if (error instanceof NotDeciding) {
      return MonitorClient.MISDIRECTED;
    }
    if (error instanceof Status known) {
      return known.number;
    }
    if (error.code() == ErrorCode.DB_MISSING) {
      return NOT_FOUND;
    }
    return error.code().category() == ErrorCode.Category.USER ? CONFLICT : UNAVAILABLE;
  }

  private void send(int status, byte[] body) throws IOException {
    http.getResponseHeaders().set(MonitorClient.MONITOR_HEADER, PROTOCOL_VERSION);
    http.getResponseHeaders().set("Content-Type", JSON);
    http.sendResponseHeaders(status, body.length);
    try (OutputStream stream = http.getResponseBody()) {
      stream.write(body);
    }
  }
}
