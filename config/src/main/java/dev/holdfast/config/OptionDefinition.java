package dev.holdfast.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One option as the registry defines it: a paragraph of {@code options.ini}.
 *
 * <p>What can differ from verb to verb is asked with the verb's name. Texts are turned into values
 * when they are asked for: a verb uses a third of the options, and a cold start pays for each.
 */
public final class OptionDefinition {
  /** The highest number of an indexed option. */
  public static final int HIGHEST_KEY = 256;

  private final String name;
  private final Map<String, String> attributes;
  private final Set<String> verbs;
  private final OptionType type;
  private final OptionSection section;

  OptionDefinition(String name, Map<String, String> attributes, Set<String> verbs) {
    this.name = name;
    this.attributes = attributes;
    this.verbs = verbs;
    this.type = OptionType.parse(needed("type"));
    this.section = OptionSection.parse(needed("section"));
  }

  /** The name without a number: {@code repo-path} stands for {@code repo1-path} and so on. */
  public String name() {
    return name;
  }

  /** The name with the number, which is left out of an option that is not indexed. */
  public String name(int key) {
    String group = group();
    return group == null ? name : group + key + name.substring(group.length());
  }

  /** What the option's text is read as. */
  public OptionType type() {
    return type;
  }

  /** Where in a configuration file it may stand. */
  public OptionSection section() {
    return section;
  }

  /** {@code repo} or {@code pg} if the option is indexed. */
  public @Nullable String group() {
    return attributes.get("group");
  }

  /** Heading in the help: command, general, log, maintainer, repository or stanza. */
  public String topic() {
    return needed("topic");
  }

  /** Whether its value must never be shown, and not be given on the command line. */
  public boolean secret() {
    return attributes.containsKey("secret");
  }

  /** Whether an invalid value in a file or the environment is an error instead of a warning. */
  public boolean strict() {
    return attributes.containsKey("strict");
  }

  /** Whether {@code --no-name} is allowed. */
  public boolean negatable() {
    return attributes.containsKey("negatable")
        || boolLike()
        || (type == OptionType.BOOLEAN && section != OptionSection.COMMAND_LINE);
  }

  /** Whether {@code --reset-name}, which makes files and the environment be ignored, is allowed. */
  public boolean resettable() {
    return section != OptionSection.COMMAND_LINE;
  }

  /** Whether it takes {@code --name} and {@code --no-name} for {@code y} and {@code n}. */
  boolean boolLike() {
    return attributes.containsKey("bool-like");
  }

  /** The verbs that know this option. */
  public Set<String> verbs() {
    return verbs;
  }

  /** Whether the verb knows this option. */
  public boolean validFor(String verb) {
    return verbs.contains(verb);
  }

  /** What the option is for, in a sentence or two. */
  public String summary() {
    return needed("summary");
  }

  /** What the option is for with this verb. */
  public String summary(String verb) {
    String forVerb = attribute(verb, "summary");
    return forVerb == null ? summary() : forVerb;
  }

  /** The version that brought the option; {@code pgBackRest} if it comes from there. */
  public String since() {
    return attributes.getOrDefault("since", "pgBackRest");
  }

  /** Names of old that are still understood; {@code ?} stands for the number. */
  public List<String> deprecatedNames() {
    return words(attributes.get("deprecated"));
  }

  /** Whether the help leaves the option out. */
  public boolean internal(String verb) {
    return "y".equals(attribute(verb, "internal"));
  }

  /** Whether the verb cannot do without a value. */
  public boolean required(String verb) {
    return "y".equals(attribute(verb, "required"));
  }

  /**
   * The text of the default.
   *
   * @param match value of the option that this one depends on, on which the default may depend
   */
  public @Nullable String defaultText(String verb, @Nullable String match) {
    String byMatch = match == null ? null : attributes.get("default[" + match + "]");
    return byMatch != null ? byMatch : attribute(verb, "default");
  }

  /** The lowest and highest allowed texts joined by {@code ..}, if there are limits. */
  @Nullable String range(@Nullable String match) {
    String byMatch = match == null ? null : attributes.get("range[" + match + "]");
    return byMatch != null ? byMatch : attributes.get("range");
  }

  /** Attributes that depend on the value of another option, such as {@code default[gz]}. */
  List<String> matched(String attribute) {
    List<String> found = new ArrayList<>();
    for (Map.Entry<String, String> entry : attributes.entrySet()) {
      String key = entry.getKey();
      if (key.startsWith(attribute) && key.startsWith("[", attribute.length())) {
        found.add(key.substring(attribute.length() + 1, key.length() - 1));
      }
    }
    return found;
  }

  /** The allowed values; empty if there is no such list. */
  public List<String> allowed(String verb) {
    return words(attribute(verb, "allow"));
  }

  @Nullable Dependency dependency(String verb) {
    String text = attribute(verb, "depends");
    if (text == null) {
      return null;
    }
    int equals = text.indexOf('=');
    return equals < 0
        ? new Dependency(text, List.of(), attribute(verb, "otherwise"))
        : new Dependency(
            text.substring(0, equals).strip(),
            words(text.substring(equals + 1)),
            attribute(verb, "otherwise"));
  }

  @Override
  public String toString() {
    return name;
  }

  private @Nullable String attribute(String verb, String attribute) {
    String forVerb = attributes.get(verb + "." + attribute);
    return forVerb != null ? forVerb : attributes.get(attribute);
  }

  private String needed(String attribute) {
    String value = attributes.get(attribute);
    if (value == null) {
      throw new IllegalStateException("option " + name + " has no " + attribute);
    }
    return value;
  }

  /** The words of a text, which single spaces separate. */
  static List<String> words(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return List.of();
    }
    List<String> words = new ArrayList<>();
    String rest = text.strip();
    int from = 0;
    for (int space = rest.indexOf(' '); space >= 0; space = rest.indexOf(' ', from)) {
      words.add(rest.substring(from, space));
      from = space + 1;
    }
    words.add(rest.substring(from));
    return words;
  }
}
