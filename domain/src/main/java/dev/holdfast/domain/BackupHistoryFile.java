package dev.holdfast.domain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What PostgreSQL archives at the end of a backup, under {@code <segment>.<offset>.backup}: a line
 * for each thing, {@code KEY: value}. For people; no recovery reads it.
 *
 * @param start where the backup's WAL begins
 * @param stop where it ends
 */
public record BackupHistoryFile(Lsn start, Lsn stop) {
  private static final Pattern NAME = Pattern.compile("([0-9A-F]{24})\\.([0-9A-F]{8})\\.backup");
  private static final Pattern LOCATION =
      Pattern.compile("([0-9A-F]+/[0-9A-F]+)(?: \\(file ([0-9A-F]{24})\\))?");
  private static final Pattern TIME =
      Pattern.compile("\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2} \\S+");

  private static final String START = "START WAL LOCATION";
  private static final String STOP = "STOP WAL LOCATION";
  private static final String START_TIMELINE = "START TIMELINE";
  private static final String STOP_TIMELINE = "STOP TIMELINE";
  private static final List<String> ALWAYS =
      List.of(START, STOP, "CHECKPOINT LOCATION", "START TIME", "LABEL", "STOP TIME");
  private static final Set<String> SOMETIMES =
      Set.of(
          "BACKUP METHOD",
          "BACKUP FROM",
          START_TIMELINE,
          STOP_TIMELINE,
          "INCREMENTAL FROM LSN",
          "INCREMENTAL FROM TLI");

  /** The smallest segments have 1 MiB: within them, an offset is the same for every size. */
  private static final long SMALLEST_SEGMENT_MASK = (1 << 20) - 1;

  /**
   * Parses a whole file, strictly: what PostgreSQL would not have written is refused.
   *
   * @param name the file's name, which says where the backup starts
   * @throws HoldfastException format (29) when it is not what its name says, is cut off or damaged
   */
  public static BackupHistoryFile parse(String name, String text) {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      throw invalid(name, "its name is none of a backup history file");
    }
    if (!text.endsWith("\n")) {
      throw invalid(name, "it is cut off");
    }
    Map<String, String> values = values(name, text);
    for (String key : ALWAYS) {
      if (!values.containsKey(key)) {
        throw invalid(name, "it has no " + key);
      }
    }
    if (values.containsKey(START_TIMELINE) != values.containsKey(STOP_TIMELINE)) {
      throw invalid(name, "it names one timeline, and not where it starts and stops");
    }
    for (String key : List.of("START TIME", "STOP TIME")) {
      if (!TIME.matcher(value(values, key)).matches()) {
        throw invalid(name, "its " + key + " is none: '" + value(values, key) + "'");
      }
    }
    Matcher start = location(name, values, START);
    Lsn lsn = Lsn.parse(start.group(1));
    long offset = Long.parseLong(parts.group(2), 16);
    if (!parts.group(1).equals(start.group(2))
        || ((lsn.value() ^ offset) & SMALLEST_SEGMENT_MASK) != 0) {
      throw invalid(name, "it is of a backup that starts at " + value(values, START));
    }
    location(name, values, "CHECKPOINT LOCATION");
    return new BackupHistoryFile(lsn, Lsn.parse(location(name, values, STOP).group(1)));
  }

  private static Map<String, String> values(String name, String text) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      int colon = line.indexOf(": ");
      String key = colon < 0 ? line : line.substring(0, colon);
      if (colon < 0 || !(ALWAYS.contains(key) || SOMETIMES.contains(key))) {
        throw invalid(name, "invalid line '" + line + "'");
      }
      values.put(key, line.substring(colon + 2));
    }
    return values;
  }

  private static Matcher location(String name, Map<String, String> values, String key) {
    Matcher location = LOCATION.matcher(value(values, key));
    if (!location.matches()) {
      throw invalid(name, "its " + key + " is none: '" + value(values, key) + "'");
    }
    return location;
  }

  private static String value(Map<String, String> values, String key) {
    return Optional.ofNullable(values.get(key)).orElse("");
  }

  private static HoldfastException invalid(String name, String what) {
    return new HoldfastException(
        ErrorCode.FORMAT, "backup history file '" + name + "' is damaged: " + what);
  }
}
