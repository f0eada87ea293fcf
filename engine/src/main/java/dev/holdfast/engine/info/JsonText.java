package dev.holdfast.engine.info;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes JSON with sorted keys and without spaces, as pgBackRest does. */
final class JsonText {
  private JsonText() {}

  /**
   * A number that is written as it is given, for unsigned ones that no long can hold.
   *
   * @param digits the number in decimal
   */
  record Number(String digits) {}

  /** The text of maps, lists, strings, numbers, booleans and null. */
  static String of(@Nullable Object value) {
    StringBuilder text = new StringBuilder();
    write(text, value);
    return text.toString();
  }

  private static void write(StringBuilder text, @Nullable Object value) {
    switch (value) {
      case null -> text.append("null");
      case Map<?, ?> map -> writeMap(text, map);
      case List<?> list -> writeList(text, list);
      case String string -> writeString(text, string);
      case Number number -> text.append(number.digits());
      case Integer number -> text.append(number);
      case Long number -> text.append(number);
      case Boolean flag -> text.append(flag);
      default ->
          throw new IllegalArgumentException("JSON does not know " + value.getClass().getName());
    }
  }

  private static void writeMap(StringBuilder text, Map<?, ?> map) {
    Map<String, @Nullable Object> sorted = new TreeMap<>();
    map.forEach((key, value) -> sorted.put((String) key, value));
    text.append('{');
    String separator = "";
    for (Map.Entry<String, @Nullable Object> entry : sorted.entrySet()) {
      text.append(separator);
      writeString(text, entry.getKey());
      text.append(':');
      write(text, entry.getValue());
      separator = ",";
    }
    text.append('}');
  }

  private static void writeList(StringBuilder text, List<?> list) {
    text.append('[');
    String separator = "";
    for (Object element : list) {
      text.append(separator);
      write(text, element);
      separator = ",";
    }
    text.append(']');
  }

  private static void writeString(StringBuilder text, String string) {
    text.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        case '\b' -> text.append("\\b");
        case '\f' -> text.append("\\f");
        default -> {
          if (c < 0x20) {
            text.append("\\u%04x".formatted((int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
