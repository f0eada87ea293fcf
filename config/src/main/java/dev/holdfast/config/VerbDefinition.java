package dev.holdfast.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One verb as the registry defines it: a paragraph of {@code verbs.ini}. */
public final class VerbDefinition {
  private final String name;
  private final Map<String, String> attributes;

  VerbDefinition(String name, Map<String, String> attributes) {
    this.name = name;
    this.attributes = attributes;
  }

  /** The verb as it is typed. */
  public String name() {
    return name;
  }

  /** What it does, in a sentence. */
  public String summary() {
    return attributes.getOrDefault("summary", "");
  }

  /** More about it, possibly nothing. */
  public String detail() {
    return attributes.getOrDefault("detail", "");
  }

  /** The parameters as the help shows them; empty if the verb takes none. */
  public String parameters() {
    return attributes.getOrDefault("parameters", "");
  }

  /** Which lock of the stanza the verb takes: archive, backup, restore or all. */
  public @Nullable String lock() {
    return attributes.get("lock");
  }

  /** Whether the lock is taken before anything else is done. */
  public boolean lockAtStart() {
    return "y".equals(attributes.get("lock-at-start"));
  }

  /** Whether the verb writes a log file. */
  public boolean logFile() {
    return !"n".equals(attributes.get("log-file"));
  }

  /** The level of the lines that say that the verb began and ended: info or debug. */
  public String logLevel() {
    return attributes.getOrDefault("log-level", "info");
  }

  /** Whether the verb reads the environment and configuration files. */
  boolean configured() {
    return !"n".equals(attributes.get("configured"));
  }

  /** Whether the verb can be called, and is not merely known to be pgBackRest's. */
  public boolean ours() {
    return !attributes.containsKey("known-to");
  }

  /** Whether only other programs call the verb. */
  boolean internal() {
    return "y".equals(attributes.get("internal"));
  }

  /** Whether parameters may follow the verb. */
  public boolean takesParameters() {
    return !parameters().isEmpty();
  }

  @Override
  public String toString() {
    return name;
  }
}
