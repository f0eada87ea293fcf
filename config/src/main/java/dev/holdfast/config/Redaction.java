package dev.holdfast.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How values are shown: in the log, in the help, wherever somebody may look over a shoulder. */
final class Redaction {
  static final String REPLACEMENT = "<redacted>";

  private Redaction() {}

  /**
   * The text of a value, or what stands for it if the option is secret or the value seems to hold a
   * password, as {@code recovery-option=primary_conninfo=...} may.
   */
  static String shown(OptionDefinition option, String text) {
    boolean hidden = option.secret() || text.toLowerCase(Locale.ROOT).contains("password");
    return hidden ? REPLACEMENT : text;
  }

  /** The options that were set, as they would stand on a command line. */
  static List<String> setOptions(OptionRegistry registry, Options options) {
    List<String> set = new ArrayList<>();
    for (OptionDefinition option : registry.options()) {
      if (!options.knows(option.name())) {
        continue;
      }
      for (int key : options.keys(option)) {
        if (options.source(option.name(), key).kind() != OptionSource.Kind.DEFAULT) {
          String shown = options.shown(option.name(), key).orElse(null);
          set.add(
              shown == null ? "--no-" + option.name(key) : "--" + option.name(key) + "=" + shown);
        }
      }
    }
    return set;
  }
}
