package dev.holdfast.engine.restore;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a {@code --target} of type time well enough to choose a backup set by it. PostgreSQL itself
 * reads many more forms; for those a set has to be named.
 */
final class TargetTime {
  private static final Pattern FORM =
      Pattern.compile(
          "(\\d{4})-(\\d{2})-(\\d{2}) (\\d{2}):(\\d{2}):(\\d{2})(?:\\.(\\d{1,6}))?"
              + "\\s*(?:([+-])(\\d{2})(?::?(\\d{2}))?|(Z|UTC))?");

  private TargetTime() {}

  /**
   * Parses {@code YYYY-MM-DD HH:MM:SS[.ffffff][+HH[[:]MM]]}.
   *
   * @param zone the zone of a time that names none
   */
  static Instant parse(String text, ZoneId zone) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw invalid(text);
    }
    try {
      LocalDateTime local =
          LocalDateTime.of(
              Integer.parseInt(form.group(1)),
              Integer.parseInt(form.group(2)),
              Integer.parseInt(form.group(3)),
              Integer.parseInt(form.group(4)),
              Integer.parseInt(form.group(5)),
              Integer.parseInt(form.group(6)),
              form.group(7) == null
                  ? 0
                  : Integer.parseInt((form.group(7) + "00000").substring(0, 6)) * 1000);
      if (form.group(11) != null) {
        return local.toInstant(ZoneOffset.UTC);
      }
      if (form.group(8) == null) {
        return local.atZone(zone).toInstant();
      }
      int minutes =
          Integer.parseInt(form.group(9)) * 60
              + (form.group(10) == null ? 0 : Integer.parseInt(form.group(10)));
      return local.toInstant(
          ZoneOffset.ofTotalSeconds((form.group(8).equals("-") ? -minutes : minutes) * 60));
    } catch (DateTimeException e) {
      throw invalid(text);
    }
  }

  private static HoldfastException invalid(String text) {
    return new HoldfastException(
        ErrorCode.FORMAT,
        "automatic backup set selection cannot be performed with provided time '" + text + "'",
        "The form is YYYY-MM-DD HH:MM:SS with optional fraction and zone (+HH, +HHMM or +HH:MM);"
            + " without a zone, local time is meant (for UTC write +00).",
        "PostgreSQL reads more forms than this: name the backup set with --set to use one of"
            + " them.");
  }
}
