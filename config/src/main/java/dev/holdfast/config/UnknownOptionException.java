package dev.holdfast.config;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import org.jspecify.annotations.Nullable;

/** A name that is no option's, or not in this form. */
final class UnknownOptionException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable OptionDefinition meant;

  UnknownOptionException(@Nullable OptionDefinition meant, String message, String... hints) {
    super(ErrorCode.OPTION_INVALID, message, hints);
    this.meant = meant;
  }

  /** The option that was meant, if that is clear and only the form is wrong. */
  @Nullable OptionDefinition meant() {
    return meant;
  }
}
