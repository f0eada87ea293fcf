package dev.holdfast.storage.remote;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One message of the protocol, being written or being read. */
final class Frame {
  /** Far above what either side sends; a stream of something else is noticed by it. */
  private static final int MAX_BYTES = 64 * 1024 * 1024;

  private static final int HEADER_BYTES = Integer.BYTES + Short.BYTES + 1;
  private static final int FIRST_BYTES = 256;

  static final int DONE = 0;
  static final int FAILED = 1;

  private final int number;
  private final int channel;
  private final int kind;
  private ByteBuffer content;

  private Frame(int number, int channel, int kind, ByteBuffer content) {
    this.number = number;
    this.channel = channel;
    this.kind = kind;
    this.content = content;
  }

  /** An empty request to write. */
  static Frame request(int number, int channel, Kind kind) {
    return new Frame(number, channel, kind.ordinal(), ByteBuffer.allocate(FIRST_BYTES));
  }

  /** An empty answer to write. */
  static Frame answer(int number, int kind) {
    return new Frame(number, RemoteChannel.MAIN, kind, ByteBuffer.allocate(FIRST_BYTES));
  }

  /** The answer that tells an error. */
  static Frame failure(int number, HoldfastException error) {
    return answer(number, FAILED).put(error);
  }

  int number() {
    return number;
  }

  /** Which of the storages it is about. */
  int channel() {
    return channel;
  }

  int kind() {
    return kind;
  }

  private ByteBuffer room(int bytes) {
    if (content.remaining() < bytes) {
      ByteBuffer bigger =
          ByteBuffer.allocate(Math.max(2 * content.capacity(), content.position() + bytes));
      content = bigger.put(content.flip());
    }
    return content;
  }

  Frame put(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  Frame put(long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  Frame put(boolean value) {
    room(1).put((byte) (value ? 1 : 0));
    return this;
  }

  Frame put(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    return put(bytes, 0, bytes.length);
  }

  Frame put(byte[] bytes, int offset, int length) {
    room(Integer.BYTES + length).putInt(length).put(bytes, offset, length);
    return this;
  }

  Frame put(HoldfastException error) {
    put(error.code().number()).put(String.valueOf(error.getMessage())).put(error.hints().size());
    error.hints().forEach(this::put);
    return this;
  }

  /**
   * An error.
   *
   * @param where is added to its message
   */
  HoldfastException takeError(String where) {
    ErrorCode code = ErrorCode.ofNumber(takeInt());
    String message = takeString();
    List<String> hints = new ArrayList<>();
    for (int left = takeInt(); left > 0; left--) {
      hints.add(takeString());
    }
    return new HoldfastException(code, message + where, hints.toArray(String[]::new));
  }

  int takeInt() {
    return content.getInt();
  }

  long takeLong() {
    return content.getLong();
  }

  boolean takeBoolean() {
    return content.get() != 0;
  }

  String takeString() {
    return new String(takeBytes(), StandardCharsets.UTF_8);
  }

  byte[] takeBytes() {
    byte[] bytes = new byte[content.getInt()];
    content.get(bytes);
    return bytes;
  }

  /** Writes the message without flushing. */
  void writeTo(DataOutputStream output) throws IOException {
    output.writeInt(HEADER_BYTES + content.position());
    output.writeInt(number);
    output.writeShort(channel);
    output.writeByte(kind);
    output.write(content.array(), 0, content.position());
  }

  /** The next message, to be taken apart in the order in which it was put together. */
  static Frame readFrom(DataInputStream input) throws IOException {
    int length = input.readInt();
    if (length < HEADER_BYTES || length > MAX_BYTES) {
      throw new HoldfastException(
          ErrorCode.PROTOCOL, "a message of " + length + " bytes is none of this protocol");
    }
    int number = input.readInt();
    int channel = input.readUnsignedShort();
    int kind = input.readUnsignedByte();
    byte[] content = input.readNBytes(length - HEADER_BYTES);
    if (content.length < length - HEADER_BYTES) {
      throw new EOFException("the connection ended in the middle of a message");
    }
    return new Frame(number, channel, kind, ByteBuffer.wrap(content));
  }
}
