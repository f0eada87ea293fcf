package dev.holdfast.domain;

import java.util.regex.Pattern;

/**
 * The name of one cluster everywhere: in the repository, in locks, in metrics.
 *
 * @param text letters, digits, hyphen, underscore and dot, not beginning with a hyphen or dot
 */
public record StanzaName(String text) implements Comparable<StanzaName> {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*");

  /** Checks the form: a name becomes a directory and a file name's part. */
  public StanzaName {
    if (!FORM.matcher(text).matches()) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "'" + text + "' is not a valid stanza name",
          "Use letters, digits, hyphens, underscores and dots.");
    }
  }

  @Override
  public int compareTo(StanzaName other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
