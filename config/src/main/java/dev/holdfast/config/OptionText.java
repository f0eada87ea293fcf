package dev.holdfast.config;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Turns texts into the value of one option for one verb.
 *
 * <p>Everything wrong is OPTION_INVALID_VALUE (a pair without {@code =} is OPTION_INVALID, as in
 * pgBackRest). Values of secret options are not repeated.
 */
final class OptionText {
  private final OptionDefinition option;
  private final String shownName;
  private final String verb;
  private final @Nullable String match;

  /**
   * Prepares for one option.
   *
   * @param key the option's number, for messages
   * @param match the value of the option that this one depends on, if that has one
   */
  OptionText(OptionDefinition option, int key, String verb, @Nullable String match) {
    this.option = option;
    this.shownName = option.name(key);
    this.verb = verb;
    this.match = match;
  }

  /** The value of texts from a file, the environment or the command line. */
  OptionValue parse(List<String> texts, OptionSource source) {
    return switch (option.type()) {
      case LIST -> OptionValue.of(texts, source);
      case MAP -> map(texts, source);
      default -> parse(texts.get(0), source);
    };
  }

  /** The value of a single text, such as a default. */
  OptionValue parse(String text, OptionSource source) {
    return switch (option.type()) {
      case BOOLEAN -> bool(text, source);
      case INTEGER, SIZE, TIME -> number(text, source);
      case STRING -> new OptionValue(notEmpty(text), text, source);
      case PATH -> path(text, source);
      case ENUM -> {
        checkAllowed(option.allowed(verb).contains(text), text);
        yield new OptionValue(text, text, source);
      }
      case LIST, MAP -> parse(List.of(text), source);
    };
  }

  /** The value of a text of the registry that need not be one of those allowed to others. */
  OptionValue parseUnchecked(String text) {
    return option.type() == OptionType.INTEGER
        ? new OptionValue(number(text).orElse(0), text, OptionSource.DEFAULT)
        : parse(text, OptionSource.DEFAULT);
  }

  private OptionValue bool(String text, OptionSource source) {
    if (!text.equals("y") && !text.equals("n")) {
      throw invalid("must be y or n, it is " + shown(text));
    }
    return new OptionValue(text.equals("y"), text, source);
  }

  private OptionValue number(String text, OptionSource source) {
    OptionalLong number = number(text);
    if (number.isEmpty()) {
      throw invalid(
          "cannot be " + shown(text),
          switch (option.type()) {
            case SIZE -> "Write a number of bytes, or one with a unit such as 20MiB.";
            case TIME -> "Write a number of seconds, or one with a unit such as 90s, 5m or 500ms.";
            default -> "Write a whole number.";
          });
    }
    long value = number.getAsLong();
    String range = option.range(match);
    if (range != null) {
      int dots = range.indexOf("..");
      String lowest = range.substring(0, dots);
      String highest = range.substring(dots + 2);
      if (value < number(lowest).orElse(Long.MIN_VALUE)
          || value > number(highest).orElse(Long.MAX_VALUE)) {
        throw invalid(
            "is out of range: " + shown(text),
            "It may be from " + lowest + " to " + highest + (match == null ? "." : forMatch()));
      }
    }
    List<String> allowed = option.allowed(verb);
    if (!allowed.isEmpty()) {
      boolean found = false;
      for (String candidate : allowed) {
        found |= number(candidate).orElse(-1) == value;
      }
      checkAllowed(found, text);
    }
    return new OptionValue(value, text, source);
  }

  private OptionalLong number(String text) {
    return switch (option.type()) {
      case SIZE -> QuantityText.bytes(text);
      case TIME -> QuantityText.milliseconds(text);
      default -> QuantityText.integer(text);
    };
  }

  private OptionValue path(String text, OptionSource source) {
    notEmpty(text);
    if (!text.startsWith("/")) {
      throw invalid("must begin with '/', it is " + shown(text));
    }
    if (text.contains("//")) {
      throw invalid("must not have '//' in it, it is " + shown(text));
    }
    if (text.indexOf('\0') >= 0) {
      throw invalid("must not have a zero byte in it");
    }
    String path =
        text.length() > 1 && text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    return new OptionValue(path, path, source);
  }

  private OptionValue map(List<String> texts, OptionSource source) {
    Map<String, String> map = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals < 0) {
        throw new HoldfastException(
            ErrorCode.OPTION_INVALID,
            "option '" + shownName + "' has a value without '='",
            "Write " + shownName + "=key=value.");
      }
      map.put(text.substring(0, equals), text.substring(equals + 1));
    }
    return OptionValue.of(Collections.unmodifiableMap(map), source);
  }

  private String notEmpty(String text) {
    if (text.isEmpty()) {
      throw invalid("has an empty value");
    }
    return text;
  }

  private void checkAllowed(boolean allowed, String text) {
    if (!allowed) {
      List<String> values = option.allowed(verb);
      String nearest = NearestName.of(text, values);
      throw invalid(
          "cannot be " + shown(text),
          (nearest == null ? "" : "Did you mean " + nearest + "? ")
              + "Allowed are "
              + String.join(", ", values)
              + ".");
    }
  }

  private String forMatch() {
    Dependency dependency = option.dependency(verb);
    return dependency == null || option.matched("range").isEmpty()
        ? "."
        : " with " + dependency.option() + "=" + match + ".";
  }

  private String shown(String text) {
    return option.secret() ? "a value that is not shown" : "'" + text + "'";
  }

  private HoldfastException invalid(String what, String... hints) {
    return new HoldfastException(
        ErrorCode.OPTION_INVALID_VALUE, "option '" + shownName + "' " + what, hints);
  }
}
