package dev.holdfast.ha.raft;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What is appended to the log, as the package describes it. */
sealed interface Entry {
  /** Changes nothing: once it is applied, everything before it is. */
  record Nothing() implements Entry {}

  /**
   * A write.
   *
   * @param term in which the writer leads
   * @param name of the register
   * @param follows the version that it replaces; 0 for a register that is not there
   * @param value the bytes
   */
  record Write(long term, String name, long follows, byte[] value) implements Entry {}

  /** Of the entries and of snapshots. */
  int FORMAT = 1;

  /** The kind of {@link Nothing} in the log. */
  int NOTHING = 0;

  /** The kind of {@link Write} in the log. */
  int WRITE = 1;

  default byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      switch (this) {
        case Nothing nothing -> out.writeByte(NOTHING);
        case Write write -> {
          out.writeByte(WRITE);
          out.writeLong(write.term());
          out.writeLong(write.follows());
          out.writeUTF(write.name());
          out.writeInt(write.value().length);
          out.write(write.value());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads one.
   *
   * @throws IOException when it is cut off, or of a newer version
   */
  static Entry parse(byte[] bytes) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      expectFormat(in);
      int kind = in.readUnsignedByte();
      return switch (kind) {
        case NOTHING -> new Nothing();
        case WRITE -> {
          long term = in.readLong();
          long follows = in.readLong();
          String name = in.readUTF();
          yield new Write(term, name, follows, in.readNBytes(in.readInt()));
        }
        default -> throw new IOException("an entry of the unknown kind " + kind);
      };
    }
  }

  static void expectFormat(DataInputStream in) throws IOException {
    int format = in.readUnsignedByte();
    if (format != FORMAT) {
      throw new IOException("format " + format + ", which this version does not know");
    }
  }
}
