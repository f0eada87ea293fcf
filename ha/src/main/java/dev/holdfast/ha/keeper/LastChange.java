package dev.holdfast.ha.keeper;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How long ago something was heard of somebody, on our own clock: other clocks jump. What was heard
 * is a text that differs each time.
 *
 * @param <K> who
 */
final class LastChange<K> {
  private record Heard(String text, long at) {}

  private final Map<K, Heard> last = new HashMap<>();

  /** Notes what is heard now. */
  void note(K who, String text, long now) {
    Heard before = last.get(who);
    if (before == null || !before.text().equals(text)) {
      last.put(who, new Heard(text, now));
    }
  }

  /** Forgets everybody else. */
  void keep(Set<K> who) {
    last.keySet().retainAll(who);
  }

  /** Nanoseconds since somebody was heard; very many when he never was. */
  long silence(K who, long now) {
    Heard heard = last.get(who);
    return heard == null ? Long.MAX_VALUE : now - heard.at();
  }
}
