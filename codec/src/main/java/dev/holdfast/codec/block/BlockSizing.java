package dev.holdfast.codec.block;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Chooses block and hash sizes: larger blocks for larger files, so that maps stay small, and for
 * files that have not been modified for long; none at all for very small and very old files.
 *
 * <p>Defaults: pgBackRest's {@code backup.c}; the options are repo-block-size-map,
 * repo-block-age-map and repo-block-checksum-size-map.
 */
public final class BlockSizing {
  /** The unit in which the manifest counts block sizes. */
  public static final int BLOCK_SIZE_UNIT = 8 * 1024;

  /** The hash size that the manifest leaves out. */
  public static final int DEFAULT_HASH_SIZE = 6;

  private static final int KIB = 1024;
  private static final int MIB = 1024 * 1024;

  /** What a threshold that a value reaches leads to. */
  private record Step(long threshold, int result) {}

  private static final List<Step> SIZES =
      List.of(
          new Step(914L * MIB, 88 * KIB),
          new Step(740L * MIB, 80 * KIB),
          new Step(585L * MIB, 72 * KIB),
          new Step(448L * MIB, 64 * KIB),
          new Step(329L * MIB, 56 * KIB),
          new Step(228L * MIB, 48 * KIB),
          new Step(146L * MIB, 40 * KIB),
          new Step(96L * MIB, 32 * KIB),
          new Step(43L * MIB, 24 * KIB),
          new Step(11L * MIB, 16 * KIB),
          new Step(16L * KIB, 8 * KIB));

  private static final List<Step> AGES =
      List.of(
          new Step(Duration.ofDays(28).toSeconds(), 0),
          new Step(Duration.ofDays(14).toSeconds(), 4),
          new Step(Duration.ofDays(7).toSeconds(), 2));

  private static final List<Step> HASHES =
      List.of(
          new Step(4L * MIB, 12),
          new Step(2L * MIB, 11),
          new Step(MIB, 10),
          new Step(512L * KIB, 9),
          new Step(128L * KIB, 8),
          new Step(32L * KIB, 7));

  private final List<Step> sizes;
  private final List<Step> ages;
  private final List<Step> hashes;

  private BlockSizing(List<Step> sizes, List<Step> ages, List<Step> hashes) {
    this.sizes = sizes;
    this.ages = ages;
    this.hashes = hashes;
  }

  /** The sizes used when nothing is configured. */
  public static BlockSizing defaults() {
    return new BlockSizing(SIZES, AGES, HASHES);
  }

  /**
   * Uses configured maps; an empty one stands for its default.
   *
   * @param blockSizes file size in bytes to block size in bytes
   * @param ageFactors days since the last modification to the factor of the block size, 0 for none
   * @param hashSizes block size in bytes to hash size in bytes
   */
  public static BlockSizing of(
      Map<Long, Long> blockSizes, Map<Long, Long> ageFactors, Map<Long, Long> hashSizes) {
    blockSizes
        .values()
        .forEach(size ->
            check(
                size > 0 && size % BLOCK_SIZE_UNIT == 0 && size <= Integer.MAX_VALUE,
                size,
                "repo-block-size-map",
                "Block sizes are multiples of 8KiB."));
    ageFactors
        .values()
        .forEach(factor ->
            check(
                factor >= 0 && factor <= 65_536,
                factor,
                "repo-block-age-map",
                "Factors are small whole numbers; 0 turns block incremental off."));
    hashSizes
        .values()
        .forEach(size ->
            check(
                size >= DEFAULT_HASH_SIZE && size <= BlockHash.LARGEST_SIZE,
                size,
                "repo-block-checksum-size-map",
                "Checksum sizes go from 6 to 16 bytes."));
    return new BlockSizing(
        steps(blockSizes, 1, SIZES),
        steps(ageFactors, Duration.ofDays(1).toSeconds(), AGES),
        steps(hashSizes, 1, HASHES));
  }

  private static void check(boolean condition, long value, String option, String hint) {
    if (!condition) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "'" + value + "' is not valid for '" + option + "' option",
          hint);
    }
  }

  private static List<Step> steps(Map<Long, Long> map, long unit, List<Step> defaults) {
    if (map.isEmpty()) {
      return defaults;
    }
    return map.entrySet().stream()
        .map(entry -> new Step(entry.getKey() * unit, Math.toIntExact(entry.getValue())))
        .sorted(Comparator.comparingLong(Step::threshold).reversed())
        .toList();
  }

  /**
   * The block size for a file, in bytes; 0 when it is to be stored as a whole.
   *
   * @param fileSize in bytes
   * @param ageSeconds from the file's last modification to the backup's start; may be negative
   */
  public int blockSize(long fileSize, long ageSeconds) {
    long size = reached(sizes, fileSize).mapToInt(Step::result).findFirst().orElse(0);
    size *= reached(ages, ageSeconds).mapToInt(Step::result).findFirst().orElse(1);
    return Math.toIntExact(size);
  }

  /** How many bytes of its hash a block of this size needs. */
  public int hashSize(int blockSize) {
    return reached(hashes, blockSize).mapToInt(Step::result).findFirst().orElse(DEFAULT_HASH_SIZE);
  }

  private static Stream<Step> reached(List<Step> steps, long value) {
    return steps.stream().filter(step -> value >= step.threshold());
  }
}
