package dev.holdfast.repository.json;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.storage.StoragePath;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a JSON value. Keys must be written in byte order, because pgBackRest reads forward only; a
 * key out of order throws {@link IllegalStateException}.
 *
 * <p>Used by one thread; {@link #reset} lets it be used again.
 */
public final class JsonWriter {
  private static final int DEPTH_MAX = 64;
  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private final @Nullable String[] lastKeys = new @Nullable String[DEPTH_MAX + 1];
  private byte[] bytes = new byte[256];
  private int length;
  private boolean comma;
  private int depth;

  /** Begins anew. */
  public void reset() {
    length = 0;
    comma = false;
    depth = 0;
  }

  /** The array that holds the text in UTF-8, as long as nothing is written. */
  public byte[] array() {
    return bytes;
  }

  /** How many bytes of {@link #array} are the text. */
  public int length() {
    return length;
  }

  /** The text. */
  @Override
  public String toString() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  /** Begins an object. */
  public JsonWriter beginObject() {
    open('{');
    return this;
  }

  /** Ends an object. */
  public JsonWriter endObject() {
    close('}');
    return this;
  }

  /** Begins an array. */
  public JsonWriter beginArray() {
    open('[');
    return this;
  }

  /** Ends an array. */
  public JsonWriter endArray() {
    close(']');
    return this;
  }

  private void open(char c) {
    separate();
    put((byte) c);
    comma = false;
    lastKeys[++depth] = null;
  }

  private void close(char c) {
    put((byte) c);
    comma = true;
    depth--;
  }

  /**
   * Writes a key of an object; its value must follow.
   *
   * @throws HoldfastException param-invalid (96) when it contains what would have to be escaped,
   *     which readers do not expect in keys
   */
  public JsonWriter key(String key) {
    String last = lastKeys[depth];
    if (last != null && StoragePath.BYTE_ORDER.compare(last, key) >= 0) {
      throw new IllegalStateException("key '" + key + "' after '" + last + "'");
    }
    lastKeys[depth] = key;
    for (int i = 0; i < key.length(); i++) {
      if (escaped((byte) Math.min(key.charAt(i), 0x7F)) != 0) {
        throw new HoldfastException(
            ErrorCode.PARAM_INVALID,
            "'"
                + key
                + "' may not be a key: it contains a quote, a backslash or a control"
                + " character");
      }
    }
    separate();
    put((byte) '"');
    raw(key.getBytes(StandardCharsets.UTF_8));
    put((byte) '"');
    put((byte) ':');
    comma = false;
    return this;
  }

  /** Writes a string, or null. */
  public JsonWriter string(@Nullable String value) {
    if (value == null) {
      return raw("null");
    }
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return string(utf8, 0, utf8.length);
  }

  /** Writes a string whose UTF-8 bytes these are. */
  public JsonWriter string(byte[] utf8, int from, int to) {
    separate();
    put((byte) '"');
    for (int i = from; i < to; i++) {
      byte escape = escaped(utf8[i]);
      if (escape != 0) {
        put((byte) '\\');
        put(escape);
      } else {
        put(utf8[i]);
      }
    }
    put((byte) '"');
    comma = true;
    return this;
  }

  /** The letter by which a byte is escaped; 0 when it stands for itself. */
  private static byte escaped(byte c) {
    return switch (c) {
      case '"', '\\' -> c;
      case '\n' -> 'n';
      case '\r' -> 'r';
      case '\t' -> 't';
      case '\b' -> 'b';
      case '\f' -> 'f';
      default -> 0;
    };
  }

  /** Writes a number. */
  public JsonWriter number(long value) {
    separate();
    if (value < 0) {
      raw(Long.toString(value).getBytes(StandardCharsets.US_ASCII));
    } else {
      room(20);
      int from = length;
      long rest = value;
      do {
        bytes[length++] = (byte) ('0' + rest % 10);
        rest /= 10;
      } while (rest != 0);
      for (int left = from, right = length - 1; left < right; left++, right--) {
        byte swap = bytes[left];
        bytes[left] = bytes[right];
        bytes[right] = swap;
      }
    }
    comma = true;
    return this;
  }

  /** Writes a number of 64 bits without a sign. */
  public JsonWriter unsigned(long value) {
    return value >= 0 ? number(value) : raw(Long.toUnsignedString(value));
  }

  /** Writes true or false. */
  public JsonWriter bool(boolean value) {
    return raw(value ? "true" : "false");
  }

  /** Writes a SHA-1 as a string of hexadecimal digits. */
  public JsonWriter sha1(Sha1Hash hash) {
    separate();
    put((byte) '"');
    hex(hash.high(), 16);
    hex(hash.middle(), 16);
    hex(hash.low(), 8);
    put((byte) '"');
    comma = true;
    return this;
  }

  private void hex(long value, int digits) {
    room(digits);
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
      bytes[length++] = DIGITS[(int) (value >>> shift) & 0xF];
    }
  }

  /** Writes an object whose values are strings. */
  public JsonWriter stringMap(Map<String, String> map) {
    beginObject();
    map.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(StoragePath.BYTE_ORDER))
        .forEach(entry -> key(entry.getKey()).string(entry.getValue()));
    return endObject();
  }

  /** Writes JSON text as it is. */
  public JsonWriter raw(String json) {
    separate();
    raw(json.getBytes(StandardCharsets.UTF_8));
    comma = true;
    return this;
  }

  private void separate() {
    if (comma) {
      put((byte) ',');
    }
  }

  private void raw(byte[] text) {
    room(text.length);
    System.arraycopy(text, 0, bytes, length, text.length);
    length += text.length;
  }

  private void put(byte c) {
    room(1);
    bytes[length++] = c;
  }

  private void room(int count) {
    if (bytes.length - length < count) {
      bytes = Arrays.copyOf(bytes, Math.max(length + count, bytes.length * 2));
    }
  }
}
