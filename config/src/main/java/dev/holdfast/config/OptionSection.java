package dev.holdfast.config;

/** The widest section of a configuration file that an option may stand in. */
public enum OptionSection {
  /** In none: on the command line and in the environment only. */
  COMMAND_LINE,
  /** In the section of a stanza. */
  STANZA,
  /** In any section. */
  GLOBAL;

  static OptionSection parse(String text) {
    return switch (text) {
      case "command-line" -> COMMAND_LINE;
      case "stanza" -> STANZA;
      case "global" -> GLOBAL;
      default -> throw new IllegalArgumentException("option section " + text);
    };
  }
}
