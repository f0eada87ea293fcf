package dev.holdfast.config;

import java.util.ArrayList;
import java.util.List;

/** An option as it was given in one place, before its text is looked at. */
final class GivenOption {
  private final OptionReference reference;
  private final OptionSource source;
  private final List<String> texts = new ArrayList<>();

  GivenOption(OptionReference reference, OptionSource source) {
    this.reference = reference;
    this.source = source;
  }

  OptionReference reference() {
    return reference;
  }

  OptionSource source() {
    return source;
  }

  /** The texts of the value: one, or several of a list or map; none of a negated option. */
  List<String> texts() {
    return texts;
  }

  /** Whether it was given to have no value: {@code --no-config}, {@code --reset-repo1-host}. */
  boolean withoutValue() {
    return reference.reset()
        || (reference.negated() && reference.definition().type() != OptionType.BOOLEAN);
  }
}
