package dev.holdfast.repository.json;

import org.jspecify.annotations.Nullable;

/** Keys seen before, by a hash of their bytes: manifests repeat a dozen a million times. */
final class KnownKeys {
  private static final int SIZE = 128;

  private final @Nullable String[] known = new @Nullable String[SIZE];

  /** The text of these bytes. */
  String text(int hash, byte[] bytes, int from, int to) {
    int slot = (hash ^ hash >>> 7) & (SIZE - 1);
    String key = known[slot];
    if (key == null || !isText(key, bytes, from, to)) {
      key = JsonReader.text(bytes, from, to);
      known[slot] = key;
    }
    return key;
  }

  private static boolean isText(String text, byte[] bytes, int from, int to) {
    if (text.length() != to - from) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) != bytes[from + i]) {
        return false;
      }
    }
    return true;
  }
}
