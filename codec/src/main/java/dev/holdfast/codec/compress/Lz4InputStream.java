package dev.holdfast.codec.compress;

import com.dynatrace.hash4j.hashing.HashStream32;
import com.dynatrace.hash4j.hashing.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads LZ4 frames up to the end of the input, with linked or independent blocks. Memory is bounded
 * by the format's largest block, 4 MiB.
 */
final class Lz4InputStream extends DecodingInputStream {
  /** How far back a linked block may reach. */
  private static final int WINDOW = 64 * 1024;

  private final HashStream32 contentHash = Hashing.xxh32().hashStream();
  private byte[] block = new byte[0];

  /** The window before it, then the decoded block. */
  private byte[] decoded = new byte[0];

  private int decodedPosition;
  private int decodedLimit;
  private boolean inFrame;
  private boolean anyFrame;
  private int flags;
  private int blockSize;
  private long contentSize;
  private long contentTotal;

  Lz4InputStream(InputStream source) {
    super(source, "lz4");
  }

  @Override
  int decode(byte[] bytes, int offset, int length) throws IOException {
    while (decodedPosition == decodedLimit) {
      if (inFrame) {
        readBlock();
      } else if (fill()) {
        readFrameHeader();
      } else if (anyFrame) {
        return -1;
      } else {
        throw truncated();
      }
    }
    int count = Math.min(length, decodedLimit - decodedPosition);
    System.arraycopy(decoded, decodedPosition, bytes, offset, count);
    decodedPosition += count;
    return count;
  }

  private void readFrameHeader() throws IOException {
    int magic = nextInt();
    if ((magic & 0xFFFF_FFF0) == Lz4Frame.SKIPPABLE_MAGIC) {
      pass(nextInt() & 0xFFFF_FFFFL);
      anyFrame = true;
      return;
    }
    if (magic != Lz4Frame.MAGIC) {
      throw damaged("it does not begin as such", null);
    }
    byte[] descriptor = new byte[14];
    descriptor[0] = (byte) nextByte();
    descriptor[1] = (byte) nextByte();
    int size = 2;
    flags = descriptor[0] & 0xFF;
    if ((flags & Lz4Frame.FLAG_VERSION_MASK) != Lz4Frame.FLAG_VERSION
        || (flags & Lz4Frame.FLAG_RESERVED) != 0) {
      throw damaged("unknown flags", null);
    }
    if ((flags & Lz4Frame.FLAG_CONTENT_SIZE) != 0) {
      for (int i = 0; i < 8; i++) {
        descriptor[size++] = (byte) nextByte();
      }
      contentSize = LittleEndian.longAt(descriptor, 2);
    }
    if ((flags & Lz4Frame.FLAG_DICTIONARY) != 0) {
      throw damaged("it needs a dictionary", null);
    }
    blockSize = Lz4Frame.blockSize(descriptor[1] & 0xFF);
    if (blockSize == 0) {
      throw damaged("unknown block size", null);
    }
    if ((byte) nextByte() != Lz4Frame.descriptorChecksum(descriptor, 0, size)) {
      throw damaged("the header's checksum does not match", null);
    }
    decodedPosition = 0;
    decodedLimit = 0;
    contentTotal = 0;
    contentHash.reset();
    inFrame = true;
    anyFrame = true;
  }

  private void readBlock() throws IOException {
    int header = nextInt();
    if (header == 0) {
      endFrame();
      return;
    }
    boolean stored = (header & Lz4Frame.STORED_BLOCK) != 0;
    int size = header & ~Lz4Frame.STORED_BLOCK;
    if (size > blockSize || size == 0) {
      throw damaged("a block is larger than its frame allows", null);
    }
    if (block.length < size) {
      block = new byte[size];
    }
    readFully(block, size);
    if ((flags & Lz4Frame.FLAG_BLOCK_CHECKSUM) != 0
        && nextInt() != Hashing.xxh32().hashBytesToInt(block, 0, size)) {
      throw damaged("a block's checksum does not match", null);
    }
    int begin = makeWindow();
    int end;
    if (stored) {
      reserve(begin + size);
      System.arraycopy(block, 0, decoded, begin, size);
      end = begin + size;
    } else {
      // The largest block is reserved only when the compressed one could grow to it.
      reserve((int) Math.min(begin + (long) blockSize, begin + 255L * size + 16));
      int bound = Math.min(decoded.length, begin + blockSize);
      end = Lz4Block.decode(block, 0, size, decoded, 0, begin, bound);
      if (end < 0) {
        throw damaged("a block cannot be decoded", null);
      }
    }
    decodedPosition = begin;
    decodedLimit = end;
    contentTotal += end - begin;
    if ((flags & Lz4Frame.FLAG_CONTENT_CHECKSUM) != 0) {
      contentHash.putBytes(decoded, begin, end - begin);
    }
  }

  /** Keeps what the next linked block may refer to; returns where that block begins. */
  private int makeWindow() {
    if ((flags & Lz4Frame.FLAG_INDEPENDENT) != 0) {
      return 0;
    }
    if (decodedLimit <= 2 * WINDOW && decoded.length - decodedLimit >= blockSize) {
      return decodedLimit;
    }
    int keep = Math.min(decodedLimit, WINDOW);
    System.arraycopy(decoded, decodedLimit - keep, decoded, 0, keep);
    return keep;
  }

  private void reserve(int size) {
    if (decoded.length < size) {
      decoded = Arrays.copyOf(decoded, size);
    }
  }

  private void endFrame() throws IOException {
    inFrame = false;
    if ((flags & Lz4Frame.FLAG_CONTENT_CHECKSUM) != 0 && nextInt() != contentHash.getAsInt()) {
      throw damaged("the checksum does not match", null);
    }
    if ((flags & Lz4Frame.FLAG_CONTENT_SIZE) != 0 && contentSize != contentTotal) {
      throw damaged("the length does not match", null);
    }
  }

  private void readFully(byte[] bytes, int length) throws IOException {
    int done = 0;
    while (done < length) {
      if (!fill()) {
        throw truncated();
      }
      int count = Math.min(length - done, limit - position);
      System.arraycopy(buffer, position, bytes, done, count);
      position += count;
      done += count;
    }
  }

  private void pass(long length) throws IOException {
    long left = length;
    while (left > 0) {
      if (!fill()) {
        throw truncated();
      }
      int count = (int) Math.min(left, limit - position);
      position += count;
      left -= count;
    }
  }

  @Override
  void release() {
    block = new byte[0];
    decoded = new byte[0];
    decodedPosition = 0;
    decodedLimit = 0;
  }
}
