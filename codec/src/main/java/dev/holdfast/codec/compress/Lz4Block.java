package dev.holdfast.codec.compress;

import java.util.Arrays;

/**
 * Decodes LZ4 blocks in an array that still holds the output before them, so that linked blocks can
 * reach back into their predecessors; the lz4 library's Java interface cannot do that.
 */
final class Lz4Block {
  /** Up to here, copying words beats a bulk copy. */
  private static final int SHORT_MATCH = 32;

  private Lz4Block() {}

  /**
   * Decodes one block behind what the output holds already.
   *
   * @param start where matches may begin at the earliest
   * @param position where this block's output begins
   * @param limit where it must end at the latest
   * @return where it ended, or -1 when the block is damaged
   */
  static int decode(
      byte[] input,
      int inputStart,
      int inputEnd,
      byte[] output,
      int start,
      int position,
      int limit) {
    int in = inputStart;
    int out = position;
    while (in < inputEnd) {
      int token = input[in++] & 0xFF;

      long literals = token >>> 4;
      if (literals == 15) {
        int extra;
        do {
          if (in >= inputEnd) {
            return -1;
          }
          extra = input[in++] & 0xFF;
          literals += extra;
        } while (extra == 255);
      }
      if (literals > inputEnd - in || literals > limit - out) {
        return -1;
      }
      int literalCount = (int) literals;
      copyLiterals(input, in, inputEnd, output, out, limit, literalCount);
      in += literalCount;
      out += literalCount;
      if (in == inputEnd) {
        // Only the last sequence has no match.
        return out;
      }

      if (inputEnd - in < 2) {
        return -1;
      }
      int distance = (input[in] & 0xFF) | (input[in + 1] & 0xFF) << 8;
      in += 2;
      if (distance == 0 || distance > out - start) {
        return -1;
      }
      long matched = (token & 15) + 4L;
      if ((token & 15) == 15) {
        int extra;
        do {
          if (in >= inputEnd) {
            return -1;
          }
          extra = input[in++] & 0xFF;
          matched += extra;
        } while (extra == 255);
      }
      if (matched > limit - out) {
        return -1;
      }
      copyMatch(output, out, distance, (int) matched, limit);
      out += (int) matched;
    }
    // A block ends with literals, and an empty one still has a token.
    return -1;
  }

  private static void copyLiterals(
      byte[] input, int in, int inputEnd, byte[] output, int out, int limit, int count) {
    if (count <= 16 && inputEnd - in >= 16 && limit - out >= 16) {
      LittleEndian.putLong(output, out, LittleEndian.longAt(input, in));
      LittleEndian.putLong(output, out + 8, LittleEndian.longAt(input, in + 8));
    } else {
      System.arraycopy(input, in, output, out, count);
    }
  }

  private static void copyMatch(byte[] output, int out, int distance, int count, int limit) {
    int from = out - distance;
    if (distance >= 8 && count <= SHORT_MATCH && limit - out >= SHORT_MATCH) {
      // Most matches: whole words, whose excess the next sequence overwrites. A word is read only
      // after the one eight bytes before it was written, so overlapping matches come out right.
      LittleEndian.putLong(output, out, LittleEndian.longAt(output, from));
      LittleEndian.putLong(output, out + 8, LittleEndian.longAt(output, from + 8));
      for (int i = 16; i < count; i += 8) {
        LittleEndian.putLong(output, out + i, LittleEndian.longAt(output, from + i));
      }
    } else if (distance >= count) {
      System.arraycopy(output, from, output, out, count);
    } else if (distance == 1) {
      Arrays.fill(output, out, out + count, output[from]);
    } else {
      // A short pattern repeated: every copy doubles what the next one can take.
      int done = 0;
      while (done < count) {
        int next = Math.min(distance + done, count - done);
        System.arraycopy(output, from, output, out + done, next);
        done += next;
      }
    }
  }
}
