package dev.holdfast.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has to hold for an option to have a value.
 *
 * @param option the option it depends on
 * @param values the values that this one must have; empty if it is enough that it has one
 * @param otherwise the text of the value while the dependency does not hold, if any
 */
record Dependency(String option, List<String> values, @Nullable String otherwise) {
  Dependency {
    values = List.copyOf(values);
  }

  /** What has to be given, as someone would say it: {@code 'type' to be lsn, name or xid}. */
  String wish(String shownName) {
    StringBuilder wish = new StringBuilder("'").append(shownName).append('\'');
    if (values.isEmpty()) {
      return wish.append(" to be set").toString();
    }
    wish.append(" to be ");
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        wish.append(i == values.size() - 1 ? " or " : ", ");
      }
      wish.append(values.get(i));
    }
    return wish.toString();
  }
}
