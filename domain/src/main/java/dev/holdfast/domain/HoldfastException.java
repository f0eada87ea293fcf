package dev.holdfast.domain;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An error that someone can act on: a stable code, a message that says what went wrong with which
 * thing, and hints that say what to do.
 *
 * <p>Messages never contain secrets. The command line prints it as {@code ERROR: [055]: message}
 * followed by one {@code HINT: } line per hint, and exits with the code's number.
 */
public class HoldfastException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final List<String> hints;

  /** An error without a cause. */
  public HoldfastException(ErrorCode code, String message, String... hints) {
    this(code, message, (Throwable) null, hints);
  }

  /** An error that another one led to; the cause is kept for the log, not for the message. */
  public HoldfastException(
      ErrorCode code, String message, @Nullable Throwable cause, String... hints) {
    super(message, cause);
    this.code = code;
    this.hints = List.of(hints);
  }

  /** What went wrong with which thing; never null. */
  @Override
  public String getMessage() {
    return Objects.requireNonNullElse(super.getMessage(), "");
  }

  /** The code, whose number is the exit code. */
  public ErrorCode code() {
    return code;
  }

  /** What to do about it, one sentence each, in the order of likelihood; may be empty. */
  public List<String> hints() {
    return hints;
  }

  /**
   * The message and its hints as the command line and logs show them, without a trailing line feed.
   */
  public String describe() {
    StringBuilder text = new StringBuilder();
    text.append('[').append("%03d".formatted(code.number())).append("]: ").append(getMessage());
    for (String hint : hints) {
      text.append("\nHINT: ").append(hint);
    }
    return text.toString();
  }
}
