package dev.holdfast.ha.decide;

import java.util.Optional;
import java.util.Set;

/**
 * What a node is restored to from the repository, in the words of the verb {@code restore}.
 *
 * @param set the backup set, for example {@code 20261122-010203F}; empty for the one that fits the
 *     target
 * @param type where recovery ends: {@code default} for the end of the archive, or {@code
 *     immediate}, {@code lsn}, {@code name}, {@code time}, {@code xid}
 * @param target the LSN, name, time or transaction; empty for the other types
 * @param timeline the timeline to recover along; empty for the latest
 * @param delta whether the data directory that is there is overwritten where it differs, instead of
 *     being kept aside
 */
public record Recovery(
    Optional<String> set,
    String type,
    Optional<String> target,
    Optional<String> timeline,
    boolean delta) {
  private static final Set<String> WITHOUT_TARGET = Set.of("default", "immediate");
  private static final Set<String> WITH_TARGET = Set.of("lsn", "name", "time", "xid");

  /** To the end of the archive, with the latest backup. */
  public static final Recovery TO_THE_END =
      new Recovery(Optional.empty(), "default", Optional.empty(), Optional.empty(), false);

  /**
   * Checks.
   *
   * @throws IllegalArgumentException for another type, or a target that is missing or too much
   */
  public Recovery {
    boolean fits = target.isPresent() ? WITH_TARGET.contains(type) : WITHOUT_TARGET.contains(type);
    if (!fits) {
      throw new IllegalArgumentException(
          "recovery of type '"
              + type
              + "' "
              + (target.isPresent() ? "with" : "without")
              + " target");
    }
  }

  @Override
  public String toString() {
    return "backup "
        + set.orElse("latest")
        + target.map(where -> " to " + type + " " + where).orElse(" to " + type)
        + timeline.map(line -> " on timeline " + line).orElse("");
  }
}
