package dev.holdfast.domain;

/**
 * How many bytes a WAL segment holds.
 *
 * @param bytes a power of two from 1 MiB to 1 GiB (initdb's {@code --wal-segsize})
 */
public record WalSegmentSize(int bytes) {
  /** What initdb takes when it is told nothing: 16 MiB. */
  public static final WalSegmentSize DEFAULT = new WalSegmentSize(16 * 1024 * 1024);

  /** Checks the range. */
  public WalSegmentSize {
    if (bytes < 1 << 20 || bytes > 1 << 30 || Integer.bitCount(bytes) != 1) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "WAL segment size " + bytes + " is not a power of two between 1 MiB and 1 GiB");
    }
  }

  /** Segments in 4 GiB of WAL, the range of a segment name's last 8 digits. */
  public long segmentsPerLog() {
    return (1L << 32) / bytes;
  }
}
