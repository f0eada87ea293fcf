package dev.holdfast.config;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All options and verbs there are. Read once from {@code options.ini} and {@code verbs.ini}. */
public final class OptionRegistry {
  private static final String VERB_SETS = "verb-sets";

  private final Map<String, OptionDefinition> options;
  private final Map<String, VerbDefinition> verbs;

  private OptionRegistry(Map<String, OptionDefinition> options, Map<String, VerbDefinition> verbs) {
    this.options = Collections.unmodifiableMap(options);
    this.verbs = Collections.unmodifiableMap(verbs);
  }

  private static final class Standard {
    static final OptionRegistry INSTANCE = load();
  }

  /** The registry of this version of Holdfast. */
  public static OptionRegistry standard() {
    return Standard.INSTANCE;
  }

  /** All options, in the order of the registry's file, which puts related ones together. */
  public Collection<OptionDefinition> options() {
    return options.values();
  }

  /** All verbs that can be called, in the order of the help. */
  public Collection<VerbDefinition> verbs() {
    Map<String, VerbDefinition> ours = new LinkedHashMap<>();
    for (VerbDefinition verb : verbs.values()) {
      if (verb.ours()) {
        ours.put(verb.name(), verb);
      }
    }
    return ours.values();
  }

  /** Whether a configuration file may have sections for this verb: ours, or one of pgBackRest's. */
  boolean knowsVerb(String name) {
    return verbs.containsKey(name);
  }

  /**
   * The verb of this name.
   *
   * @throws HoldfastException COMMAND_INVALID if there is none
   */
  public VerbDefinition verb(String name) {
    VerbDefinition verb = verbs.get(name);
    if (verb != null && verb.ours()) {
      return verb;
    }
    if (verb != null) {
      throw new HoldfastException(
          ErrorCode.COMMAND_INVALID,
          "'" + name + "' is a command of pgBackRest that Holdfast does not have");
    }
    String nearest = NearestName.of(name, verbs().stream().map(VerbDefinition::name).toList());
    throw new HoldfastException(
        ErrorCode.COMMAND_INVALID,
        "'" + name + "' is not a verb",
        nearest == null
            ? "See 'holdfast help' for the verbs."
            : "Did you mean '" + nearest + "'? See 'holdfast help' for all verbs.");
  }

  /**
   * The option of this name, which is written without a number even if the option is indexed.
   *
   * @throws IllegalArgumentException if there is none: the name comes from our own code
   */
  public OptionDefinition option(String name) {
    OptionDefinition option = options.get(name);
    if (option == null) {
      throw new IllegalArgumentException("there is no option " + name);
    }
    return option;
  }

  @Nullable OptionDefinition optionOrNull(String name) {
    return options.get(name);
  }

  private static OptionRegistry load() {
    Map<String, Map<String, String>> paragraphs = paragraphs("options.ini");
    Map<String, Set<String>> sets = new HashMap<>();
    Map<String, OptionDefinition> options = new LinkedHashMap<>(512);
    for (Map.Entry<String, Map<String, String>> paragraph : paragraphs.entrySet()) {
      String name = paragraph.getKey();
      if (name.equals(VERB_SETS)) {
        for (Map.Entry<String, String> set : paragraph.getValue().entrySet()) {
          sets.put(set.getKey(), verbSet(set.getValue()));
        }
        continue;
      }
      String verbs = paragraph.getValue().getOrDefault("verbs", "");
      Set<String> set = sets.get(verbs);
      if (set == null) {
        set = verbSet(verbs);
        sets.put(verbs, set);
      }
      options.put(name, new OptionDefinition(name, paragraph.getValue(), set));
    }
    Map<String, VerbDefinition> verbs = new LinkedHashMap<>();
    for (Map.Entry<String, Map<String, String>> verb : paragraphs("verbs.ini").entrySet()) {
      verbs.put(verb.getKey(), new VerbDefinition(verb.getKey(), verb.getValue()));
    }
    return new OptionRegistry(options, verbs);
  }

  private static Set<String> verbSet(String text) {
    List<String> words = OptionDefinition.words(text);
    Set<String> set = new HashSet<>();
    set.addAll(words);
    return Collections.unmodifiableSet(set);
  }

  private static Map<String, Map<String, String>> paragraphs(String resource) {
    Map<String, Map<String, String>> paragraphs = new LinkedHashMap<>(512);
    IniText.read(
        resource,
        OwnFile.text(resource),
        new IniText.Handler() {
          @Override
          public void section(int line, String section) {
            if (paragraphs.put(section, new LinkedHashMap<>()) != null) {
              throw new IllegalStateException(resource + ":" + line + ": [" + section + "] again");
            }
          }

          @Override
          public void entry(int line, String section, String key, String value) {
            Map<String, String> paragraph = paragraphs.get(section);
            if (paragraph == null || paragraph.put(key, value) != null) {
              throw new IllegalStateException(resource + ":" + line + ": " + key + " again");
            }
          }
        });
    return paragraphs;
  }
}
