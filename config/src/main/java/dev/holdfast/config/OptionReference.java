package dev.holdfast.config;

/**
 * An option as somebody wrote it.
 *
 * @param definition what was meant
 * @param key the number of an indexed option; 0 if the option is not indexed
 * @param negated whether it began with {@code no-}
 * @param reset whether it began with {@code reset-}
 */
record OptionReference(OptionDefinition definition, int key, boolean negated, boolean reset) {
  /** The name in full, without {@code no-} or {@code reset-}. */
  String name() {
    return definition.name(key);
  }
}
