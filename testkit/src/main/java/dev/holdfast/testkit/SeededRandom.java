package dev.holdfast.testkit;

import java.util.random.RandomGenerator;

/**
 * Randomness that can be had again: it says its seed wherever it is printed. Thread-safe only as
 * far as each thread has its own {@link #fork}.
 */
public final class SeededRandom implements RandomGenerator {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private final long seed;
  private long state;

  /** The sequence of a seed. */
  public SeededRandom(long seed) {
    this.seed = seed;
    this.state = seed;
  }

  /** A sequence never seen, or the one of the system property {@code holdfast.seed}. */
  public static SeededRandom ofPropertyOrNew() {
    Long seed = Long.getLong("holdfast.seed");
    return new SeededRandom(seed == null ? System.nanoTime() : seed);
  }

  /** What the sequence can be had again with. */
  public long seed() {
    return seed;
  }

  /**
   * A sequence of its own for a part of the work, the same however much was drawn from this one.
   */
  public SeededRandom fork(String part) {
    return new SeededRandom(mix(seed ^ mix(part.hashCode())));
  }

  @Override
  public long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** Spreads a number over all 64 bits (the finalizer of SplitMix64). */
  static long mix(long number) {
    long mixed = (number ^ (number >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  @Override
  public String toString() {
    return "SeededRandom[-Dholdfast.seed=" + seed + "]";
  }
}
