package dev.holdfast.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The value of an option for a verb.
 *
 * @param value a Boolean, Long (numbers, bytes, milliseconds), String, List of String or Map of
 *     String to String; null if the option has no value
 * @param text the value as it was written, for showing; several values joined by {@code ", "}
 * @param source where it comes from
 */
record OptionValue(@Nullable Object value, String text, OptionSource source) {
  /** No value, and nobody said so. */
  static final OptionValue NONE = new OptionValue(null, "", OptionSource.DEFAULT);

  boolean present() {
    return value != null;
  }

  boolean isDefault() {
    return source.kind() == OptionSource.Kind.DEFAULT;
  }

  static OptionValue of(List<String> list, OptionSource source) {
    return new OptionValue(List.copyOf(list), String.join(", ", list), source);
  }

  static OptionValue of(Map<String, String> map, OptionSource source) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, String> entry : map.entrySet()) {
      text.append(text.isEmpty() ? "" : ", ").append(entry.getKey()).append('=');
      text.append(entry.getValue());
    }
    return new OptionValue(map, text.toString(), source);
  }

  /** Not for messages: the option may be secret. */
  @Override
  public String toString() {
    return "value from " + source;
  }
}
