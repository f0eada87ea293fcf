package dev.holdfast.engine.lock;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a lock file says of its holder.
 *
 * @param executionId names one run of a verb with all its processes: {@code <pid>-<8 hex digits>}
 * @param processId the holder
 * @param progress how far it has come; null when it did not say
 */
public record LockContent(String executionId, long processId, @Nullable Progress progress) {
  private static final Pattern OBJECT = Pattern.compile("\\s*\\{(.*)}\\s*", Pattern.DOTALL);
  private static final Pattern FIELD =
      Pattern.compile("\\s*\"(\\w+)\"\\s*:\\s*(?:\"([^\"\\\\]*)\"|(\\d{1,18}))\\s*(?:,|$)");

  /**
   * How far a backup or restore has come.
   *
   * @param bytes all that is to be copied
   * @param bytesComplete how much of it is copied
   */
  public record Progress(long bytes, long bytesComplete) {
    private static final int HUNDREDTHS = 10_000;

    /** Checks the numbers. */
    public Progress {
      if (bytes < 0 || bytesComplete < 0) {
        throw new IllegalArgumentException(
            "progress of " + bytesComplete + " of " + bytes + " bytes");
      }
    }

    /** Hundredths of a percent, as pgBackRest writes them: 4545 is 45.45 %. */
    public int hundredthsOfPercent() {
      return bytes == 0
          ? HUNDREDTHS
          : (int) Math.min(HUNDREDTHS, (double) bytesComplete / bytes * HUNDREDTHS);
    }
  }

  byte[] toBytes() {
    StringBuilder json = new StringBuilder("{\"execId\":\"").append(executionId).append('"');
    Progress known = progress;
    if (known != null) {
      json.append(",\"pctCplt\":").append(known.hundredthsOfPercent());
    }
    json.append(",\"pid\":").append(processId);
    if (known != null) {
      json.append(",\"sz\":").append(known.bytes());
      json.append(",\"szCplt\":").append(known.bytesComplete());
    }
    return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads a lock file's content; nothing when it is none, which is normal while its holder rewrites
   * it.
   */
  static Optional<LockContent> parse(byte[] content) {
    Matcher object = OBJECT.matcher(new String(content, StandardCharsets.UTF_8));
    if (!object.matches()) {
      return Optional.empty();
    }
    Map<String, String> texts = new HashMap<>();
    Map<String, Long> numbers = new HashMap<>();
    Matcher field = FIELD.matcher(object.group(1));
    int end = 0;
    while (end < object.group(1).length() && field.find() && field.start() == end) {
      if (field.group(2) != null) {
        texts.put(field.group(1), field.group(2));
      } else {
        numbers.put(field.group(1), Long.parseLong(field.group(3)));
      }
      end = field.end();
    }
    String executionId = texts.get("execId");
    Long processId = numbers.get("pid");
    if (end < object.group(1).length() || executionId == null || processId == null) {
      return Optional.empty();
    }
    Long size = numbers.get("sz");
    Long complete = numbers.get("szCplt");
    Progress progress = size == null || complete == null ? null : new Progress(size, complete);
    return Optional.of(new LockContent(executionId, processId, progress));
  }
}
