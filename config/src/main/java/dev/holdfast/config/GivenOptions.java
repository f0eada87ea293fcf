package dev.holdfast.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What was given in all places so far. The place asked first wins, option by option. */
final class GivenOptions {
  private final Map<String, Map<Integer, GivenOption>> byName = new LinkedHashMap<>();

  @Nullable GivenOption find(OptionDefinition option, int key) {
    return find(option.name(), key);
  }

  @Nullable GivenOption find(String name, int key) {
    Map<Integer, GivenOption> byKey = byName.get(name);
    return byKey == null ? null : byKey.get(key);
  }

  /** The only text of an option that is not indexed, if it was given one. */
  @Nullable String text(String name) {
    GivenOption given = find(name, 0);
    return given == null || given.withoutValue() || given.texts().isEmpty()
        ? null
        : given.texts().get(0);
  }

  boolean contains(OptionReference reference) {
    return find(reference.definition(), reference.key()) != null;
  }

  void add(GivenOption given) {
    String name = given.reference().definition().name();
    Map<Integer, GivenOption> byKey = byName.get(name);
    if (byKey == null) {
      byKey = new TreeMap<>();
      byName.put(name, byKey);
    }
    byKey.put(given.reference().key(), given);
  }

  /** Everything given, options in the order in which they were met. */
  List<GivenOption> all() {
    List<GivenOption> all = new ArrayList<>();
    for (Map<Integer, GivenOption> byKey : byName.values()) {
      all.addAll(byKey.values());
    }
    return all;
  }

  /** Everything given for one option, by its number. */
  Collection<GivenOption> all(OptionDefinition option) {
    Map<Integer, GivenOption> byKey = byName.get(option.name());
    return byKey == null ? List.of() : byKey.values();
  }
}
