package dev.holdfast.repository.ini;

import dev.holdfast.codec.digest.Sha1;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.repository.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The checksum of an info file, taken line by line. */
final class InfoChecksum {
  private static final byte[] BRACE = ascii("{");
  private static final byte[] QUOTE = ascii("\"");
  private static final byte[] SECTION_BEGIN = ascii("\":{");
  private static final byte[] SECTION_END = ascii("},");
  private static final byte[] KEY_END = ascii("\":");
  private static final byte[] ESCAPED_KEY_END = ascii(":");
  private static final byte[] NEXT = ascii(",");
  private static final byte[] END = ascii("}}");

  private final Sha1 sha1 = new Sha1();
  private final JsonWriter escapedKey = new JsonWriter();
  private @Nullable String section;

  InfoChecksum() {
    update(BRACE);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private void update(byte[] bytes) {
    sha1.update(bytes, 0, bytes.length);
  }

  /** Takes a key and its value, each as a part of an array. */
  void add(
      String newSection,
      byte[] key,
      int keyFrom,
      int keyTo,
      byte[] value,
      int valueFrom,
      int valueTo) {
    if (newSection.equals(section)) {
      update(NEXT);
    } else {
      if (section != null) {
        update(SECTION_END);
      }
      update(QUOTE);
      update(newSection.getBytes(StandardCharsets.UTF_8));
      update(SECTION_BEGIN);
      section = newSection;
    }
    if (needsEscape(key, keyFrom, keyTo)) {
      escapedKey.reset();
      escapedKey.string(key, keyFrom, keyTo);
      sha1.update(escapedKey.array(), 0, escapedKey.length());
      update(ESCAPED_KEY_END);
    } else {
      update(QUOTE);
      sha1.update(key, keyFrom, keyTo - keyFrom);
      update(KEY_END);
    }
    sha1.update(value, valueFrom, valueTo - valueFrom);
  }

  private static boolean needsEscape(byte[] key, int from, int to) {
    for (int i = from; i < to; i++) {
      byte c = key[i];
      if (c == '"' || c == '\\' || (c >= 0 && c < ' ')) {
        return true;
      }
    }
    return false;
  }

  Sha1Hash finish() {
    update(END);
    return sha1.hash();
  }
}
