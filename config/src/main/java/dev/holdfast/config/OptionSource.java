package dev.holdfast.config;

/**
 * Where the value of an option comes from.
 *
 * @param kind which kind of place
 * @param place the file and line, the variable, or what stands for them in a message
 */
public record OptionSource(Kind kind, String place) {
  /** Nobody set it. */
  public static final OptionSource DEFAULT = new OptionSource(Kind.DEFAULT, "default");

  /** It was given with the verb. */
  public static final OptionSource COMMAND_LINE =
      new OptionSource(Kind.COMMAND_LINE, "command line");

  /** The kinds of places, the later winning over the earlier. */
  public enum Kind {
    /** Nobody set it. */
    DEFAULT,
    /** A configuration file. */
    FILE,
    /** An environment variable. */
    ENVIRONMENT,
    /** An argument of the verb. */
    COMMAND_LINE
  }

  @Override
  public String toString() {
    return place;
  }
}
