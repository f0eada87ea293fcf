package dev.holdfast.config;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a verb was asked to do: its options with all defaults applied, and its parameters.
 *
 * <p>Options are asked for by their names without a number ({@code repo-path}). An indexed option
 * is asked for with a number, or without one for the repository or cluster at hand: the one of
 * {@link #repository(int)} or {@link #cluster(int)}, else the one that {@code --repo} named, else
 * the first configured. Asking for an option that the verb does not know, for a number that is not
 * configured, or with the wrong type is a mistake of the caller: IllegalArgumentException. Asking
 * for a value that nobody set, and that has no default, with a method that must return one is
 * OPTION_REQUIRED.
 */
public final class Options {
  private static final int NOT_CHOSEN = 0;

  private final OptionRegistry registry;
  private final VerbDefinition verb;
  private final List<String> parameters;
  private final Map<String, Map<Integer, OptionValue>> values;
  private final List<Integer> repositoryKeys;
  private final List<Integer> clusterKeys;
  private final int repositoryKey;
  private final int clusterKey;
  private final Loaded loaded;

  /** What is the same for all views of the options of one load. */
  record Loaded(List<Warning> warnings, List<String> stanzas, @Nullable Options helpSubject) {
    Loaded {
      warnings = List.copyOf(warnings);
    }
  }

  Options(
      OptionRegistry registry,
      VerbDefinition verb,
      List<String> parameters,
      Resolver resolved,
      Loaded loaded) {
    this.registry = registry;
    this.verb = verb;
    this.parameters = List.copyOf(parameters);
    this.values = resolved.values();
    this.repositoryKeys = List.copyOf(resolved.keysOf("repo"));
    this.clusterKeys = List.copyOf(resolved.keysOf("pg"));
    this.repositoryKey = NOT_CHOSEN;
    this.clusterKey = NOT_CHOSEN;
    this.loaded = loaded;
  }

  private Options(Options whole, int repositoryKey, int clusterKey) {
    this.registry = whole.registry;
    this.verb = whole.verb;
    this.parameters = whole.parameters;
    this.values = whole.values;
    this.repositoryKeys = whole.repositoryKeys;
    this.clusterKeys = whole.clusterKeys;
    this.repositoryKey = repositoryKey;
    this.clusterKey = clusterKey;
    this.loaded = whole.loaded;
  }

  /** The verb. */
  public VerbDefinition verb() {
    return verb;
  }

  /** What followed the verb and is no option. */
  public List<String> parameters() {
    return parameters;
  }

  /** What was passed over or looks wrong; for the log, as soon as there is one. */
  public List<Warning> warnings() {
    return loaded.warnings();
  }

  /** The stanzas that have a section in the configuration files, in order of their names. */
  public List<String> configuredStanzas() {
    return loaded.stanzas();
  }

  /** For the verb help: the verb it was asked for, with the values it would have. */
  public Optional<Options> helpSubject() {
    return Optional.ofNullable(loaded.helpSubject());
  }

  /** The stanza, for verbs that need one. */
  public StanzaName stanza() {
    return new StanzaName(string("stanza"));
  }

  /** The stanza, for verbs that can work on all. */
  public Optional<StanzaName> optionalStanza() {
    return optional("stanza").map(StanzaName::new);
  }

  /** The numbers of the configured repositories, in order; at least one. */
  public List<Integer> repositoryKeys() {
    return repositoryKeys;
  }

  /** The numbers of the configured clusters of the stanza, in order; at least one. */
  public List<Integer> clusterKeys() {
    return clusterKeys;
  }

  /** The repository that options without a number are about. */
  public int repositoryKey() {
    if (repositoryKey != NOT_CHOSEN) {
      return repositoryKey;
    }
    OptionalInt chosen = knows("repo") ? optionalInteger("repo", NOT_CHOSEN) : OptionalInt.empty();
    return chosen.orElse(repositoryKeys.get(0));
  }

  /** The same options, where those of repositories are this repository's. */
  public Options repository(int key) {
    check(repositoryKeys.contains(key), "there is no repo" + key);
    return new Options(this, key, clusterKey);
  }

  /** The same options, where those of clusters are this cluster's. */
  public Options cluster(int key) {
    check(clusterKeys.contains(key), "there is no pg" + key);
    return new Options(this, repositoryKey, key);
  }

  /** Whether the verb knows the option. */
  public boolean knows(String name) {
    return registry.option(name).validFor(verb.name());
  }

  /** Whether the option has a value, be it the default. */
  public boolean has(String name) {
    return has(name, key(name));
  }

  /** Whether the option of this number has a value, be it the default. */
  public boolean has(String name, int key) {
    return value(name, key).present();
  }

  /** Where the value comes from. */
  public OptionSource source(String name) {
    return source(name, key(name));
  }

  /** Where the value of this number comes from. */
  public OptionSource source(String name, int key) {
    return value(name, key).source();
  }

  /** Whether an option is set to y. */
  public boolean flag(String name) {
    return flag(name, key(name));
  }

  /** Whether the option of this number is set to y. */
  public boolean flag(String name, int key) {
    return required(name, key, Boolean.class);
  }

  /** Whether an option without a default is set to y or n; empty if it is not set. */
  public Optional<Boolean> optionalFlag(String name) {
    return Optional.ofNullable(get(name, key(name), Boolean.class));
  }

  /** A whole number. */
  public int integer(String name) {
    return integer(name, key(name));
  }

  /** The whole number of this repository or cluster. */
  public int integer(String name, int key) {
    checkType(name, OptionType.INTEGER);
    return Math.toIntExact(required(name, key, Long.class));
  }

  /** A whole number, if it is set. */
  public OptionalInt optionalInteger(String name) {
    return optionalInteger(name, key(name));
  }

  /** The whole number of this repository or cluster, if it is set. */
  public OptionalInt optionalInteger(String name, int key) {
    checkType(name, OptionType.INTEGER);
    Long number = get(name, key, Long.class);
    return number == null ? OptionalInt.empty() : OptionalInt.of(Math.toIntExact(number));
  }

  /** A size, in bytes. */
  public long bytes(String name) {
    return bytes(name, key(name));
  }

  /** The size of this repository or cluster, in bytes. */
  public long bytes(String name, int key) {
    checkType(name, OptionType.SIZE);
    return required(name, key, Long.class);
  }

  /** A size in bytes, if it is set. */
  public OptionalLong optionalBytes(String name) {
    checkType(name, OptionType.SIZE);
    Long number = get(name, key(name), Long.class);
    return number == null ? OptionalLong.empty() : OptionalLong.of(number);
  }

  /** A length of time. */
  public Duration duration(String name) {
    checkType(name, OptionType.TIME);
    return Duration.ofMillis(required(name, key(name), Long.class));
  }

  /** A length of time, if it is set. */
  public Optional<Duration> optionalDuration(String name) {
    checkType(name, OptionType.TIME);
    return Optional.ofNullable(get(name, key(name), Long.class)).map(Duration::ofMillis);
  }

  /** A text. */
  public String string(String name) {
    return string(name, key(name));
  }

  /** The text of this repository or cluster. */
  public String string(String name, int key) {
    return required(name, key, String.class);
  }

  /** A text, if it is set. */
  public Optional<String> optional(String name) {
    return optional(name, key(name));
  }

  /** The text of this repository or cluster, if it is set. */
  public Optional<String> optional(String name, int key) {
    return Optional.ofNullable(get(name, key, String.class));
  }

  /** An absolute path. */
  public Path path(String name) {
    return path(name, key(name));
  }

  /** The absolute path of this repository or cluster. */
  public Path path(String name, int key) {
    checkType(name, OptionType.PATH);
    return Path.of(string(name, key));
  }

  /** The values of a list, in the order given; empty if it is not set. */
  public List<String> list(String name) {
    return list(name, key(name));
  }

  /** The values of the list of this repository or cluster; empty if it is not set. */
  @SuppressWarnings("unchecked")
  public List<String> list(String name, int key) {
    checkType(name, OptionType.LIST);
    List<String> list = (List<String>) get(name, key, List.class);
    return list == null ? List.of() : list;
  }

  /** The pairs of a map, in the order given; empty if it is not set. */
  public Map<String, String> map(String name) {
    return map(name, key(name));
  }

  /** The pairs of the map of this repository or cluster; empty if it is not set. */
  @SuppressWarnings("unchecked")
  public Map<String, String> map(String name, int key) {
    checkType(name, OptionType.MAP);
    Map<String, String> map = (Map<String, String>) get(name, key, Map.class);
    return map == null ? Map.of() : map;
  }

  /**
   * An option's pairs of sizes, such as {@code 128KiB=8KiB}, in bytes; plain numbers are
   * themselves.
   *
   * @throws HoldfastException option-invalid-value (32)
   */
  public Map<Long, Long> quantities(String name, int key) {
    Map<Long, Long> quantities = new LinkedHashMap<>();
    map(name, key).forEach((from, to) -> quantities.put(quantity(name, from), quantity(name, to)));
    return quantities;
  }

  private static long quantity(String name, String text) {
    return QuantityText.bytes(text)
        .orElseThrow(() ->
            new HoldfastException(
                ErrorCode.OPTION_INVALID_VALUE,
                "'" + text + "' is not valid for '" + name + "' option"));
  }

  /** The value as it was written or as the default is; secrets are replaced. */
  public Optional<String> shown(String name, int key) {
    OptionValue value = value(name, key);
    if (!value.present()) {
      return Optional.empty();
    }
    return Optional.of(Redaction.shown(registry.option(name), value.text()));
  }

  /** What was set, as it would stand on a command line; secrets are replaced. */
  public List<String> setOptions() {
    return Redaction.setOptions(registry, this);
  }

  /** The verb, its parameters, and what was set; secrets are replaced. */
  @Override
  public String toString() {
    return verb.name() + " " + parameters + " " + setOptions();
  }

  OptionRegistry registry() {
    return registry;
  }

  /** The numbers that an option has values for: 0 alone if it is not indexed. */
  List<Integer> keys(OptionDefinition option) {
    String group = option.group();
    return group == null ? List.of(NOT_CHOSEN) : group.equals("pg") ? clusterKeys : repositoryKeys;
  }

  private int key(String name) {
    String group = registry.option(name).group();
    if (group == null) {
      return NOT_CHOSEN;
    }
    if (group.equals("repo")) {
      return repositoryKey();
    }
    return clusterKey == NOT_CHOSEN ? clusterKeys.get(0) : clusterKey;
  }

  private OptionValue value(String name, int key) {
    check(knows(name), "the verb " + verb + " has no option " + name);
    Map<Integer, OptionValue> byKey = values.get(name);
    OptionValue value = byKey == null ? null : byKey.get(key);
    if (value == null) {
      throw new IllegalArgumentException("there is no " + registry.option(name).name(key));
    }
    return value;
  }

  private <T> @Nullable T get(String name, int key, Class<T> type) {
    Object value = value(name, key).value();
    check(value == null || type.isInstance(value), name + " is no " + type.getSimpleName());
    return type.cast(value);
  }

  private <T> T required(String name, int key, Class<T> type) {
    T value = get(name, key, type);
    if (value == null) {
      throw new HoldfastException(
          ErrorCode.OPTION_REQUIRED,
          "the verb '" + verb + "' needs option '" + registry.option(name).name(key) + "'");
    }
    return value;
  }

  private void checkType(String name, OptionType type) {
    check(registry.option(name).type() == type, name + " is no " + type.text());
  }

  private static void check(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
