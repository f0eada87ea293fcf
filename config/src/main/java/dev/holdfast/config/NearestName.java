package dev.holdfast.config;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds what somebody may have meant who misspelt a name. */
final class NearestName {
  private NearestName() {}

  /**
   * The nearest of the names, if it is near enough to be what was meant: at most a quarter of its
   * letters differ, at least one may. Of several as near, the first.
   */
  static @Nullable String of(String written, Collection<String> names) {
    String nearest = null;
    int least = Integer.MAX_VALUE;
    for (String name : names) {
      if (Math.abs(name.length() - written.length()) < least) {
        int distance = distance(written, name);
        if (distance < least) {
          least = distance;
          nearest = name;
        }
      }
    }
    return nearest != null && least <= Math.max(1, (nearest.length() + 1) / 4) ? nearest : null;
  }

  /**
   * How many letters have to be inserted, removed, replaced or swapped with their neighbour to make
   * one text of the other. A letter that was swapped is not changed again (optimal string
   * alignment), which is what typing errors look like.
   */
  static int distance(String one, String other) {
    int[] beforeLast = new int[other.length() + 1];
    int[] last = new int[other.length() + 1];
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        char a = one.charAt(i - 1);
        char b = other.charAt(j - 1);
        int best = Math.min(Math.min(last[j], row[j - 1]) + 1, last[j - 1] + (a == b ? 0 : 1));
        if (i > 1 && j > 1 && a == other.charAt(j - 2) && b == one.charAt(i - 2)) {
          best = Math.min(best, beforeLast[j - 2] + 1);
        }
        row[j] = best;
      }
      int[] free = beforeLast;
      beforeLast = last;
      last = row;
      row = free;
    }
    return last[other.length()];
  }
}
