package dev.holdfast.routing.pgbouncer;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What PgBouncer's file says of a database: {@code key=value} pairs between blanks, a value with
 * blanks in single quotes, a quote in it doubled. What is not changed keeps its bytes.
 */
final class ConnectionString {
  private final String text;
  private final List<Pair> pairs;

  /** A pair, with the value and where it stands in the text, quotes included. */
  private record Pair(String key, String value, int begin, int end) {}

  private ConnectionString(String text, List<Pair> pairs) {
    this.text = text;
    this.pairs = pairs;
  }

  /**
   * Reads one.
   *
   * @throws HoldfastException format (29); the text, which may hold a password, is not in it
   */
  static ConnectionString parse(String text) {
    List<Pair> pairs = new ArrayList<>();
    int at = blanks(text, 0);
    while (at < text.length()) {
      int equals = text.indexOf('=', at);
      if (equals < 0) {
        throw invalid();
      }
      int begin = blanks(text, equals + 1);
      StringBuilder value = new StringBuilder();
      int end = value(text, begin, value);
      pairs.add(new Pair(text.substring(at, equals).strip(), value.toString(), begin, end));
      at = blanks(text, end);
    }
    return new ConnectionString(text, pairs);
  }

  private static int value(String text, int begin, StringBuilder value) {
    int at = begin;
    if (at < text.length() && text.charAt(at) == '\'') {
      at++;
      while (at < text.length()) {
        char c = text.charAt(at++);
        if (c != '\'') {
          value.append(c);
        } else if (at < text.length() && text.charAt(at) == '\'') {
          value.append(c);
          at++;
        } else {
          return at;
        }
      }
      throw invalid();
    }
    while (at < text.length() && text.charAt(at) != ' ') {
      value.append(text.charAt(at++));
    }
    return at;
  }

  private static int blanks(String text, int from) {
    int at = from;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static HoldfastException invalid() {
    return new HoldfastException(
        ErrorCode.FORMAT, "a connection string is not made of key=value pairs");
  }

  /** The value of a key; of one that is given twice, the last, as PgBouncer takes it. */
  Optional<String> value(String key) {
    return pairs.reversed().stream()
        .filter(pair -> pair.key.equals(key))
        .map(Pair::value)
        .findFirst();
  }

  /** The same with another value, which has no blanks and no quotes. */
  ConnectionString with(String key, String value) {
    StringBuilder changed = new StringBuilder(text);
    boolean found = false;
    for (Pair pair : pairs.reversed()) {
      if (pair.key.equals(key)) {
        changed.replace(pair.begin, pair.end, value);
        found = true;
      }
    }
    if (!found) {
      changed.append(text.isBlank() ? "" : " ").append(key).append('=').append(value);
    }
    return parse(changed.toString());
  }

  /** As it is written in the file. */
  String text() {
    return text;
  }
}
