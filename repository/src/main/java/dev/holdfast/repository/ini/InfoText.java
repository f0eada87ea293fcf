package dev.holdfast.repository.ini;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.repository.RepositoryFormat;
import dev.holdfast.repository.json.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the text of an info file or manifest, line by line. */
public final class InfoText {
  static final String SECTION_BACKREST = "backrest";
  static final String SECTION_CIPHER = "cipher";
  static final String KEY_FORMAT = "backrest-format";
  static final String KEY_VERSION = "backrest-version";
  static final String KEY_CHECKSUM = "backrest-checksum";
  static final String KEY_CIPHER_PASS = "cipher-pass";

  private static final byte[] BEGINNING =
      ("[" + SECTION_BACKREST + "]").getBytes(StandardCharsets.US_ASCII);
  private static final byte[] MAGIC = "Salted__".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] MAGIC_FORMAT_6 = "PGBR006_".getBytes(StandardCharsets.US_ASCII);
  private static final String ENCRYPTED_HINT = "is or was the repo encrypted?";

  private final LineReader lines;
  private final boolean decrypted;
  private final InfoHandler handler;
  private final InfoChecksum checksum = new InfoChecksum();
  private final JsonReader json = new JsonReader(new byte[0], 0, 0);
  private @Nullable String section;
  private @Nullable String expected;
  private String version = "";

  /** Whether the format is not ours, which no line needs to be named for. */
  private boolean refused;

  private Optional<CipherPass> cipherPass = Optional.empty();

  private InfoText(InputStream source, boolean decrypted, InfoHandler handler) {
    this.lines = new LineReader(source);
    this.decrypted = decrypted;
    this.handler = handler;
  }

  /**
   * Reads all of a file, hands its values on, and verifies its checksum last: only after this has
   * returned may what was handed on be believed.
   *
   * @param source the text, decrypted; not closed
   * @param decrypted whether a passphrase was applied, so that a text that does not begin like an
   *     info file means that it was the wrong one
   * @throws HoldfastException checksum (26), format (29), crypto (95), or file-read (42)
   */
  public static InfoHeader read(InputStream source, boolean decrypted, InfoHandler handler) {
    try {
      return new InfoText(source, decrypted, handler).read();
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_READ, "unable to read: " + e.getMessage(), e);
    } catch (HoldfastException e) {
      if (e.code() == ErrorCode.CRYPTO) {
        throw new HoldfastException(ErrorCode.CRYPTO, e.getMessage(), e, ENCRYPTED_HINT);
      }
      throw e;
    }
  }

  private InfoHeader read() throws IOException {
    while (lines.next()) {
      if (lines.number == 1) {
        checkBeginning();
      }
      if (lines.from < lines.to) {
        if (lines.buffer[lines.from] == '[' && lines.buffer[lines.to - 1] == ']') {
          beginSection();
        } else {
          keyAndValue();
        }
      }
    }
    verify(checksum.finish());
    return new InfoHeader(version, cipherPass);
  }

  private void checkBeginning() {
    if (lines.startsWith(MAGIC_FORMAT_6)) {
      throw unknownFormat(6);
    }
    if (lines.startsWith(MAGIC)) {
      throw new HoldfastException(
          ErrorCode.CRYPTO, "the file is encrypted, but no cipher is configured");
    }
    if (decrypted && !lines.startsWith(BEGINNING)) {
      throw new HoldfastException(
          ErrorCode.CRYPTO, "unable to decrypt: what comes out is no info file");
    }
  }

  private HoldfastException unknownFormat(long found) {
    refused = true;
    return new HoldfastException(
        ErrorCode.FORMAT,
        "expected format " + RepositoryFormat.NUMBER + " but found " + Long.toUnsignedString(found),
        "has the repository been written by a newer version?");
  }

  private void beginSection() {
    section = locate(() -> JsonReader.text(lines.buffer, lines.from + 1, lines.to - 1));
    if (section.isEmpty()) {
      throw invalid("invalid empty section");
    }
  }

  private void keyAndValue() {
    String current = section;
    if (current == null) {
      throw invalid("key/value found outside of section");
    }
    int equals = separator();
    if (equals == lines.from) {
      throw invalid("key is zero-length");
    }
    String key = locate(() -> JsonReader.text(lines.buffer, lines.from, equals));
    boolean isChecksum = current.equals(SECTION_BACKREST) && key.equals(KEY_CHECKSUM);
    if (!isChecksum) {
      checksum.add(current, lines.buffer, lines.from, equals, lines.buffer, equals + 1, lines.to);
    }
    locate(() -> {
      if (current.equals(SECTION_BACKREST)) {
        backrest(key);
      } else if (current.equals(SECTION_CIPHER)) {
        if (key.equals(KEY_CIPHER_PASS)) {
          cipherPass = Optional.of(new CipherPass(json.readString()));
        }
      } else {
        handler.value(current, key, json);
      }
      return key;
    });
  }

  private void backrest(String key) {
    switch (key) {
      case KEY_FORMAT -> {
        long format = json.readUnsigned();
        if (format != RepositoryFormat.NUMBER) {
          throw unknownFormat(format);
        }
      }
      case KEY_VERSION -> version = json.readString();
      case KEY_CHECKSUM -> expected = json.readString();
      default -> {
        // A newer version's; covered by the checksum like all others.
      }
    }
  }

  /** Finds the {@code =} after which the rest of the line is JSON, and sets the reader there. */
  private int separator() {
    boolean found = false;
    for (int i = lines.from; i < lines.to; i++) {
      if (lines.buffer[i] == '=') {
        found = true;
        json.reset(lines.buffer, i + 1, lines.to);
        if (json.isValid()) {
          return i;
        }
      }
    }
    throw invalid(found ? "invalid JSON value" : "missing '=' in key/value");
  }

  private interface Step<T> {
    T take();
  }

  /** Whatever a value is wrong about, the file's format is wrong, and the line helps to find it. */
  private <T> T locate(Step<T> step) {
    try {
      return step.take();
    } catch (HoldfastException e) {
      if (refused) {
        throw e;
      }
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "invalid value at line %d in section '%s': %s"
              .formatted(lines.number, section, e.getMessage()),
          e,
          e.hints().toArray(String[]::new));
    }
  }

  private HoldfastException invalid(String what) {
    return new HoldfastException(ErrorCode.FORMAT, what + " at line " + lines.number);
  }

  private void verify(Sha1Hash actual) {
    if (expected == null) {
      throw new HoldfastException(
          ErrorCode.CHECKSUM,
          "invalid checksum, actual '%s' but no checksum found".formatted(actual));
    }
    if (!expected.equals(actual.hex())) {
      throw new HoldfastException(
          ErrorCode.CHECKSUM,
          "invalid checksum, actual '%s' but expected '%s'".formatted(actual, expected));
    }
  }
}
