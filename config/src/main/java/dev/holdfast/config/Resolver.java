package dev.holdfast.config;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes values of what was given: for every option that the verb knows, and for each number in use
 * if the option is indexed.
 *
 * <p>An option that depends on another has a value only if that one allows it. Given in a file it
 * is then silently left out, since it may be there for another verb; given on the command line it
 * is an error. A number is in use if any option of the group was given with it. The first
 * PostgreSQL always is, and of each group one number is, even if nothing was given.
 */
final class Resolver {
  private final OptionRegistry registry;
  private final String verb;
  private final GivenOptions given;
  private final Complaints complaints;
  private final Map<String, Map<Integer, OptionValue>> values = new HashMap<>();
  private final Map<String, List<Integer>> keys = new HashMap<>();

  Resolver(
      OptionRegistry registry, VerbDefinition verb, GivenOptions given, Complaints complaints) {
    this.registry = registry;
    this.verb = verb.name();
    this.given = given;
    this.complaints = complaints;
  }

  /**
   * Resolves all options of the verb.
   *
   * @throws HoldfastException OPTION_INVALID, OPTION_INVALID_VALUE or OPTION_REQUIRED
   */
  void resolve() {
    refuseForeignOptions();
    keys.put("pg", keysInUse("pg", true));
    keys.put("repo", keysInUse("repo", false));
    OptionDefinition stanza = registry.option("stanza");
    if (stanza.validFor(verb)) {
      checkStanza(resolved(stanza, 0));
    }
    for (OptionDefinition option : registry.options()) {
      if (option.validFor(verb)) {
        for (int key : keys(option)) {
          resolved(option, key);
        }
      }
    }
    keys.put("pg", withoutUnused("pg"));
    keys.put("repo", withoutUnused("repo"));
    checkKey("repo");
  }

  /** The values by option and number (0 if not indexed). */
  Map<String, Map<Integer, OptionValue>> values() {
    return values;
  }

  /** The numbers in use of a group, in order. */
  List<Integer> keysOf(String group) {
    List<Integer> found = keys.get(group);
    return found == null ? List.of() : found;
  }

  private void refuseForeignOptions() {
    for (GivenOption option : given.all()) {
      OptionDefinition definition = option.reference().definition();
      if (!definition.validFor(verb) && !complaints.lenient()) {
        throw new HoldfastException(
            ErrorCode.OPTION_INVALID,
            "option '"
                + option.reference().name()
                + "' is not an option of the verb '"
                + verb
                + "'",
            "See 'holdfast help " + verb + "'.");
      }
    }
  }

  private List<Integer> keysInUse(String group, boolean always) {
    TreeSet<Integer> used = new TreeSet<>();
    for (GivenOption option : given.all()) {
      OptionReference reference = option.reference();
      if (group.equals(reference.definition().group()) && !reference.reset()) {
        used.add(reference.key());
      }
    }
    if (used.isEmpty() || always) {
      used.add(1);
    }
    return new ArrayList<>(used);
  }

  private List<Integer> keys(OptionDefinition option) {
    String group = option.group();
    return group == null ? List.of(0) : keysOf(group);
  }

  private OptionValue resolved(OptionDefinition option, int key) {
    Map<Integer, OptionValue> byKey = values.get(option.name());
    if (byKey == null) {
      byKey = new TreeMap<>();
      values.put(option.name(), byKey);
    }
    OptionValue value = byKey.get(key);
    if (value == null) {
      value = resolve(option, key);
      byKey.put(key, value);
    }
    return value;
  }

  private OptionValue resolve(OptionDefinition option, int key) {
    GivenOption here = given.find(option, key);
    Dependency dependency = option.dependency(verb);
    String match = null;
    if (dependency != null) {
      OptionDefinition other = registry.option(dependency.option());
      int otherKey = other.group() == null ? 0 : key;
      OptionValue otherValue = other.validFor(verb) ? resolved(other, otherKey) : OptionValue.NONE;
      match = otherValue.present() ? otherValue.text() : null;
      if (match == null
          || (!dependency.values().isEmpty() && !dependency.values().contains(match))) {
        return unresolved(option, key, here, dependency, other.name(otherKey));
      }
    }
    OptionText text = new OptionText(option, key, verb, match);
    if (here != null && here.withoutValue() && here.reference().negated()) {
      return new OptionValue(null, "", here.source());
    }
    if (here != null && !here.withoutValue()) {
      try {
        return here.texts().isEmpty()
            ? text.parse(here.reference().negated() ? "n" : "y", here.source())
            : text.parse(here.texts(), here.source());
      } catch (HoldfastException e) {
        String byDefault = option.defaultText(verb, match);
        complaints.reject(
            option,
            here.source(),
            e,
            byDefault == null ? "it is ignored" : "the default " + byDefault + " holds");
      }
    }
    String byDefault = defaultText(option, key, match);
    if (byDefault != null) {
      return text.parse(byDefault, OptionSource.DEFAULT);
    }
    if (option.required(verb) && !complaints.lenient()) {
      throw missing(option, key);
    }
    return OptionValue.NONE;
  }

  /** Bundles are our default, but where hard links were asked for, which exclude them. */
  private @Nullable String defaultText(OptionDefinition option, int key, @Nullable String match) {
    if (option.name().equals("repo-bundle")) {
      GivenOption hardlink = given.find("repo-hardlink", key);
      if (hardlink != null
          && (hardlink.texts().isEmpty() || hardlink.texts().contains("y"))
          && !hardlink.reference().negated()
          && !hardlink.reference().reset()) {
        return "n";
      }
    }
    return option.defaultText(verb, match);
  }

  private OptionValue unresolved(
      OptionDefinition option,
      int key,
      @Nullable GivenOption here,
      Dependency dependency,
      String otherName) {
    if (here != null
        && !here.withoutValue()
        && here.source().kind() == OptionSource.Kind.COMMAND_LINE
        && !complaints.lenient()) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID,
          "option '" + option.name(key) + "' needs " + dependency.wish(otherName));
    }
    String otherwise = dependency.otherwise();
    return otherwise == null
        ? OptionValue.NONE
        : new OptionText(option, key, verb, null).parseUnchecked(otherwise);
  }

  private HoldfastException missing(OptionDefinition option, int key) {
    String message = "the verb '" + verb + "' needs option '" + option.name(key) + "'";
    if (option.section() == OptionSection.STANZA) {
      return new HoldfastException(
          ErrorCode.OPTION_REQUIRED,
          message,
          "Is there a section of this stanza in the configuration file, and is its name spelt so?");
    }
    return option.secret()
        ? new HoldfastException(
            ErrorCode.OPTION_REQUIRED,
            message,
            "Set it in the configuration file or in the environment.")
        : new HoldfastException(ErrorCode.OPTION_REQUIRED, message);
  }

  private void checkStanza(OptionValue stanza) {
    if (stanza.value() instanceof String name && !complaints.lenient()) {
      if (new StanzaName(name).text().equals("global")) {
        throw new HoldfastException(
            ErrorCode.OPTION_INVALID_VALUE,
            "a stanza cannot be called 'global'",
            "The section [global] holds what all stanzas have in common.");
      }
    }
  }

  /** Leaves out the numbers whose options all turned out to have their defaults. */
  private List<Integer> withoutUnused(String group) {
    List<Integer> used = new ArrayList<>();
    for (int key : keysOf(group)) {
      for (OptionDefinition option : registry.options()) {
        if (group.equals(option.group())
            && option.validFor(verb)
            && !resolved(option, key).isDefault()) {
          used.add(key);
          break;
        }
      }
    }
    if (used.isEmpty()) {
      moveToFirst(group);
      used.add(1);
    }
    return used;
  }

  /** Where nothing is set all numbers have the same values, and the number is 1. */
  private void moveToFirst(String group) {
    for (OptionDefinition option : registry.options()) {
      if (group.equals(option.group()) && option.validFor(verb)) {
        resolved(option, 1);
      }
    }
  }

  private void checkKey(String option) {
    OptionDefinition definition = registry.option(option);
    if (!definition.validFor(verb) || complaints.lenient()) {
      return;
    }
    if (resolved(definition, 0).value() instanceof Long key
        && !keysOf(option).contains(key.intValue())) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "option '" + option + "' is " + key + ", but there is no " + option + key,
          "Configured are: " + option + join(keysOf(option), ", " + option) + ".");
    }
  }

  private static String join(List<Integer> numbers, String separator) {
    StringBuilder text = new StringBuilder();
    for (int number : numbers) {
      text.append(text.isEmpty() ? "" : separator).append(number);
    }
    return text.toString();
  }
}
