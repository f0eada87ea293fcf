package dev.holdfast.repository.ini;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.repository.RepositoryFormat;
import dev.holdfast.repository.json.JsonWriter;
import dev.holdfast.storage.StoragePath;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Writes the text of an info file or manifest, line by line. Values come in byte order of their
 * sections; {@code [backrest]} and {@code [cipher]} are put in by the writer.
 */
public final class InfoTextWriter {
  private final OutputStream sink;
  private final InfoChecksum checksum = new InfoChecksum();
  private final JsonWriter json = new JsonWriter();
  private Optional<CipherPass> cipherPass;
  private String section = "";
  private byte[] key = new byte[0];

  /**
   * Begins with the header.
   *
   * @param sink where the text goes; not closed
   */
  public InfoTextWriter(OutputStream sink, InfoHeader header) {
    this.sink = new BufferedOutputStream(sink, 64 * 1024);
    this.cipherPass = header.cipherPass();
    begin(InfoText.SECTION_BACKREST, InfoText.KEY_FORMAT).number(RepositoryFormat.NUMBER);
    begin(InfoText.SECTION_BACKREST, InfoText.KEY_VERSION).string(header.version());
  }

  /** Begins a value, which must have been written when the next begins. */
  public JsonWriter value(String newSection, String newKey) {
    int order = StoragePath.BYTE_ORDER.compare(section, newSection);
    if (order > 0) {
      throw new IllegalStateException("section '" + newSection + "' after '" + section + "'");
    }
    if (order < 0 && StoragePath.BYTE_ORDER.compare(newSection, InfoText.SECTION_CIPHER) > 0) {
      writeCipherPass();
    }
    return begin(newSection, newKey);
  }

  private void writeCipherPass() {
    Optional<CipherPass> pass = cipherPass;
    cipherPass = Optional.empty();
    if (pass.isPresent()) {
      begin(InfoText.SECTION_CIPHER, InfoText.KEY_CIPHER_PASS).string(pass.get().value());
    }
  }

  private JsonWriter begin(String newSection, String newKey) {
    finishValue();
    if (newKey.isEmpty() || newKey.indexOf('\n') >= 0) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "'" + newKey.replace("\n", "\\n") + "' cannot be named in an info file",
          "A line feed in the name of a file or database has no representation there.");
    }
    if (!newSection.equals(section)) {
      if (!section.isEmpty()) {
        write("\n");
      }
      write("[" + newSection + "]\n");
      section = newSection;
    }
    key = newKey.getBytes(StandardCharsets.UTF_8);
    return json;
  }

  private void finishValue() {
    if (json.length() > 0) {
      checksum.add(section, key, 0, key.length, json.array(), 0, json.length());
      try {
        sink.write(key);
        sink.write('=');
        sink.write(json.array(), 0, json.length());
        sink.write('\n');
      } catch (IOException e) {
        throw failed(e);
      }
      json.reset();
    }
  }

  /** Writes the checksum and flushes. */
  public void finish() {
    finishValue();
    writeCipherPass();
    finishValue();
    write("\n[" + InfoText.SECTION_BACKREST + "]\n");
    write(InfoText.KEY_CHECKSUM + "=\"" + checksum.finish() + "\"\n");
    try {
      sink.flush();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void write(String text) {
    try {
      sink.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static HoldfastException failed(IOException e) {
    return new HoldfastException(ErrorCode.FILE_WRITE, "unable to write: " + e.getMessage(), e);
  }
}
