package dev.holdfast.config;

/** What an option's text is read as. */
public enum OptionType {
  /** {@code y} or {@code n}. */
  BOOLEAN,
  /** A whole number. */
  INTEGER,
  /**
   * Bytes, with an optional unit of powers of 1024: {@code 20MiB}, {@code 20MB} and {@code 20m}.
   */
  SIZE,
  /** A duration, kept in milliseconds; a number without a unit means seconds. */
  TIME,
  /** Any text but an empty one. */
  STRING,
  /** An absolute path. */
  PATH,
  /** One of a few words. */
  ENUM,
  /** Several texts. */
  LIST,
  /** Several {@code key=value}. */
  MAP;

  /** Whether the option can be given several times, each time adding a value. */
  public boolean repeatable() {
    return this == LIST || this == MAP;
  }

  /** The type as the registry and the documentation spell it. */
  public String text() {
    return switch (this) {
      case BOOLEAN -> "boolean";
      case INTEGER -> "integer";
      case SIZE -> "size";
      case TIME -> "time";
      case STRING -> "string";
      case PATH -> "path";
      case ENUM -> "enum";
      case LIST -> "list";
      case MAP -> "map";
    };
  }

  static OptionType parse(String text) {
    return switch (text) {
      case "boolean" -> BOOLEAN;
      case "integer" -> INTEGER;
      case "size" -> SIZE;
      case "time" -> TIME;
      case "string" -> STRING;
      case "path" -> PATH;
      case "enum" -> ENUM;
      case "list" -> LIST;
      case "map" -> MAP;
      default -> throw new IllegalArgumentException("option type " + text);
    };
  }
}
