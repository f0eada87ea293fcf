package dev.holdfast.repository.ini;

import dev.holdfast.repository.json.JsonReader;

/** Takes the values of an info file in the file's order. */
@FunctionalInterface
public interface InfoHandler {
  /** Takes one; what of the value is left unread is ignored. */
  void value(String section, String key, JsonReader value);
}
