package dev.holdfast.ha.wire;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.List;

/**
 * Why a monitor does not do what it was asked for.
 *
 * @param code an error's number
 * @param message what went wrong with which thing
 * @param hints what would help
 */
public record Refusal(int code, String message, List<String> hints) {
  /** Copies the list. */
  public Refusal {
    hints = List.copyOf(hints);
  }

  /** An error to be sent; its cause stays here. */
  public static Refusal of(HoldfastException error) {
    return new Refusal(error.code().number(), error.getMessage(), error.hints());
  }

  /** The error as it was at the other end. */
  public HoldfastException toException() {
    return new HoldfastException(ErrorCode.ofNumber(code), message, hints.toArray(String[]::new));
  }
}
