package dev.holdfast.codec;

import java.util.Random;

/** Bytes to test with. */
public final class Samples {
  private Samples() {}

  /** Bytes that compress about as well as a table: rows of few values among random ones. */
  public static byte[] rows(int size, long seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[size];
    int position = 0;
    while (position < size) {
      byte[] row =
          ("customer-%05d,city-%d,".formatted(random.nextInt(99999), random.nextInt(9)))
              .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      int count = Math.min(row.length, size - position);
      System.arraycopy(row, 0, bytes, position, count);
      position += count;
      for (int i = random.nextInt(6); i > 0 && position < size; i--) {
        bytes[position++] = (byte) random.nextInt();
      }
      for (int i = random.nextInt(40) - 20; i > 0 && position < size; i--) {
        bytes[position++] = 0;
      }
    }
    return bytes;
  }

  /** Bytes that do not compress. */
  public static byte[] noise(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
