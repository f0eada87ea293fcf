package dev.holdfast.repository.json;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON value by asking for what must come next. White space between tokens is allowed, and
 * keys may come in any order.
 *
 * <p>Reading anything else than what is there throws json-format (99), with the place. Used by one
 * thread; {@link #reset} lets it be used again.
 */
public final class JsonReader {
  private static final int DEPTH_MAX = 64;

  private byte[] bytes = new byte[0];
  private int start;
  private int position;
  private int end;
  private boolean fresh;
  private int depth;

  private final KnownKeys keys = new KnownKeys();

  /** Reads a part of an array, which must not change meanwhile. */
  public JsonReader(byte[] bytes, int from, int to) {
    reset(bytes, from, to);
  }

  /** Reads a text. */
  public static JsonReader of(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return new JsonReader(utf8, 0, utf8.length);
  }

  /** Begins anew with this part of an array. */
  public void reset(byte[] newBytes, int from, int to) {
    this.bytes = newBytes;
    this.start = from;
    this.position = from;
    this.end = to;
    this.fresh = false;
    this.depth = 0;
  }

  /** Whether the part that this reads is one valid value and nothing else; reads nothing. */
  public boolean isValid() {
    int saved = position;
    try {
      skip();
      expectEnd();
      return true;
    } catch (HoldfastException e) {
      return false;
    } finally {
      position = saved;
      depth = 0;
      fresh = false;
    }
  }

  /** Begins an object; {@link #nextKey} follows. */
  public void beginObject() {
    expect('{');
    enter();
  }

  /** The next key of the object, whose value must be read next; null at the object's end. */
  public @Nullable String nextKey() {
    if (!next('}')) {
      return null;
    }
    String key = key();
    expect(':');
    return key;
  }

  /** Begins an array; {@link #hasNext} follows. */
  public void beginArray() {
    expect('[');
    enter();
  }

  /** Whether another element follows, which must be read next; false at the array's end. */
  public boolean hasNext() {
    return next(']');
  }

  private void enter() {
    if (++depth > DEPTH_MAX) {
      throw invalid("it is nested too deeply");
    }
    fresh = true;
  }

  private boolean next(char closing) {
    if (peek() == closing) {
      position++;
      depth--;
      fresh = false;
      return false;
    }
    if (!fresh) {
      expect(',');
    }
    fresh = false;
    return true;
  }

  /** Reads true or false. */
  public boolean readBoolean() {
    boolean value = peek() == 't';
    word(value ? "true" : "false");
    return value;
  }

  /** Reads over null when it is what comes next. */
  public boolean readNull() {
    if (peek() != 'n') {
      return false;
    }
    word("null");
    return true;
  }

  /** Whether a string comes next. */
  public boolean isString() {
    return peek() == '"';
  }

  private void word(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (position >= end || bytes[position] != word.charAt(i)) {
        throw invalid("expected " + word);
      }
      position++;
    }
  }

  /** Reads a number of up to 64 bits; above the largest long it comes out negative. */
  public long readUnsigned() {
    int first = peek();
    if (first < '0' || first > '9') {
      throw invalid("expected a number that is not negative");
    }
    return digits();
  }

  /** Reads a number in the range of a long. */
  public long readLong() {
    boolean negative = peek() == '-';
    if (negative) {
      position++;
    }
    long value = digits();
    if (value < 0 && !(negative && value == Long.MIN_VALUE)) {
      throw invalid("the number is out of range");
    }
    return negative ? -value : value;
  }

  /** Reads a number that is not negative and in the range of a long. */
  public long readSize() {
    long value = readUnsigned();
    if (value < 0) {
      throw invalid("the number is out of range");
    }
    return value;
  }

  /** Reads a number that is not negative and in the range of an int. */
  public int readCount() {
    long value = readUnsigned();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw invalid("the number is out of range");
    }
    return (int) value;
  }

  private long digits() {
    int from = position;
    long value = 0;
    while (position < end && bytes[position] >= '0' && bytes[position] <= '9') {
      int digit = bytes[position] - '0';
      boolean overflows =
          position - from >= 18
              && (Long.compareUnsigned(value, Long.divideUnsigned(-1L, 10)) > 0
                  || Long.compareUnsigned(value * 10, -1L - digit) > 0);
      if (overflows) {
        throw invalid("the number is out of range");
      }
      value = value * 10 + digit;
      position++;
    }
    if (position == from) {
      throw invalid("expected a number");
    }
    return value;
  }

  /** Reads a string. */
  public String readString() {
    expect('"');
    int from = position;
    while (position < end) {
      byte c = bytes[position++];
      if (c == '"') {
        return text(bytes, from, position - 1);
      }
      if (c == '\\') {
        position = from;
        return escapedString();
      }
    }
    throw invalid("expected '\"'");
  }

  private String escapedString() {
    byte[] plain = new byte[end - position];
    int length = 0;
    while (position < end) {
      byte c = bytes[position++];
      if (c == '"') {
        return text(plain, 0, length);
      }
      plain[length++] = c == '\\' ? escape() : c;
    }
    throw invalid("expected '\"'");
  }

  private byte escape() {
    byte c = position < end ? bytes[position++] : 0;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'u' -> ascii();
      default -> throw invalid("unknown escape");
    };
  }

  private byte ascii() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = position < end ? Character.digit(bytes[position++], 16) : -1;
      if (digit < 0) {
        throw invalid("expected four hexadecimal digits");
      }
      value = value << 4 | digit;
    }
    if (value > 0x7F) {
      throw invalid("only ASCII may be written as \\u");
    }
    return (byte) value;
  }

  /** Reads a string of 40 hexadecimal digits. */
  public Sha1Hash readSha1() {
    expect('"');
    if (end - position < 41 || bytes[position + 40] != '"') {
      throw invalid("expected a SHA-1");
    }
    Sha1Hash hash = new Sha1Hash(hex(16), hex(16), (int) hex(8));
    position++;
    return hash;
  }

  private long hex(int digits) {
    long value = 0;
    for (int i = 0; i < digits; i++) {
      byte c = bytes[position++];
      int digit;
      if (c >= '0' && c <= '9') {
        digit = c - '0';
      } else if (c >= 'a' && c <= 'f') {
        digit = c - 'a' + 10;
      } else {
        throw invalid("expected a SHA-1");
      }
      value = value << 4 | digit;
    }
    return value;
  }

  /** Reads an array of strings. */
  public List<String> readStrings() {
    List<String> strings = new ArrayList<>();
    beginArray();
    while (hasNext()) {
      strings.add(readString());
    }
    return strings;
  }

  /** Reads an object whose values are strings. */
  public SortedMap<String, String> readStringMap() {
    SortedMap<String, String> map = new TreeMap<>();
    beginObject();
    String key = nextKey();
    while (key != null) {
      map.put(key, readString());
      key = nextKey();
    }
    return map;
  }

  /** Reads any value as the text it is. */
  public String readRaw() {
    peek();
    int from = position;
    skip();
    return text(bytes, from, position);
  }

  /** Reads over any value. */
  public void skip() {
    switch (peek()) {
      case '{' -> {
        beginObject();
        while (next('}')) {
          peek();
          skipString();
          expect(':');
          skip();
        }
      }
      case '[' -> {
        beginArray();
        while (hasNext()) {
          skip();
        }
      }
      case '"' -> skipString();
      case 't', 'f' -> readBoolean();
      case 'n' -> word("null");
      case '-' -> readLong();
      default -> readUnsigned();
    }
  }

  private void skipString() {
    expect('"');
    while (position < end) {
      byte c = bytes[position++];
      if (c == '"') {
        return;
      }
      if (c == '\\') {
        escape();
      }
    }
    throw invalid("expected '\"'");
  }

  /** Checks that nothing but white space follows. */
  public void expectEnd() {
    skipSpace();
    if (position < end) {
      throw invalid("expected nothing more");
    }
  }

  private String key() {
    expect('"');
    int from = position;
    int hash = 0;
    while (position < end && bytes[position] != '"') {
      if (bytes[position] == '\\') {
        throw invalid("escapes are not allowed in keys");
      }
      hash = hash * 31 + bytes[position];
      position++;
    }
    if (position == end) {
      throw invalid("expected '\"'");
    }
    String key = keys.text(hash, bytes, from, position);
    position++;
    return key;
  }

  /**
   * The text of these bytes.
   *
   * @throws HoldfastException json-format (99) when they are not UTF-8: a name that was replaced by
   *     another one would be restored under the wrong name
   */
  public static String text(byte[] bytes, int from, int to) {
    String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0
        && !Arrays.equals(
            Arrays.copyOfRange(bytes, from, to), text.getBytes(StandardCharsets.UTF_8))) {
      throw new HoldfastException(ErrorCode.JSON_FORMAT, "the text '" + text + "' is not UTF-8");
    }
    return text;
  }

  private void skipSpace() {
    while (position < end) {
      byte c = bytes[position];
      if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
        return;
      }
      position++;
    }
  }

  private int peek() {
    skipSpace();
    if (position >= end) {
      throw invalid("expected data");
    }
    return bytes[position];
  }

  private void expect(char c) {
    if (peek() != c) {
      throw invalid("expected '" + c + "'");
    }
    position++;
  }

  private HoldfastException invalid(String what) {
    return new HoldfastException(
        ErrorCode.JSON_FORMAT, "invalid JSON at byte " + (position - start) + ": " + what);
  }
}
