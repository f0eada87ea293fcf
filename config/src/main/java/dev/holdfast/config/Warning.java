package dev.holdfast.config;

import java.util.List;

/**
 * Something in a file or the environment that was passed over, or that is probably not meant so.
 *
 * @param message what, and in which file and line or variable; never with a secret
 * @param hints what to do about it
 */
public record Warning(String message, List<String> hints) {
  /** Keeps its own list. */
  public Warning {
    hints = List.copyOf(hints);
  }

  Warning(String message, String... hints) {
    this(message, List.of(hints));
  }

  /** The message and a {@code HINT: } line for each hint, without a trailing line feed. */
  public String describe() {
    StringBuilder text = new StringBuilder(message);
    for (String hint : hints) {
      text.append("\nHINT: ").append(hint);
    }
    return text.toString();
  }
}
