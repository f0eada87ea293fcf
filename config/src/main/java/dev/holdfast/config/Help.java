package dev.holdfast.config;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The text of {@code help}, {@code help VERB} and {@code help VERB OPTION}, from the registry and
 * what is configured.
 */
public final class Help {
  private static final String MANY = "<multi>";
  private static final int NARROWEST = 40;
  private static final int WIDEST_NAME = 30;

  private final OptionRegistry registry;
  private final int columns;

  private Help(OptionRegistry registry, int columns) {
    this.registry = registry;
    this.columns = Math.max(NARROWEST, columns);
  }

  /**
   * The text for a call of the verb help.
   *
   * @param options the options of the verb help
   * @param columns width of the terminal
   * @throws HoldfastException OPTION_INVALID if help is asked for an option that the verb does not
   *     know; PARAM_INVALID if it is asked for several options
   */
  public static String text(Options options, int columns) {
    Help help = new Help(options.registry(), columns);
    Optional<Options> subject = options.helpSubject();
    if (subject.isEmpty()) {
      return help.verbs();
    }
    List<String> parameters = options.parameters();
    if (parameters.isEmpty()) {
      return help.verb(subject.get());
    }
    if (parameters.size() > 1) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID, "help is for one verb, or one option of it, at a time");
    }
    return help.option(subject.get(), parameters.get(0));
  }

  private String verbs() {
    StringBuilder text = new StringBuilder();
    text.append("Holdfast - backs up, archives and restores PostgreSQL\n\n");
    text.append("Usage:\n  holdfast VERB [PARAMETER ...] [--OPTION=VALUE ...]\n\nVerbs:\n");
    int width = 0;
    for (VerbDefinition verb : registry.verbs()) {
      width = Math.max(width, verb.name().length());
    }
    for (VerbDefinition verb : registry.verbs()) {
      if (!verb.internal()) {
        text.append(TextColumns.entry(verb.name(), width, verb.summary(), columns));
      }
    }
    return text.append("\nUse 'holdfast help VERB' for more about a verb.\n").toString();
  }

  private String verb(Options subject) {
    VerbDefinition verb = subject.verb();
    StringBuilder text = new StringBuilder("holdfast ").append(verb.name());
    if (verb.takesParameters()) {
      text.append(' ').append(verb.parameters());
    }
    text.append("\n\n").append(TextColumns.paragraph(verb.summary(), columns));
    if (!verb.detail().isEmpty()) {
      text.append('\n').append(TextColumns.paragraph(verb.detail(), columns));
    }
    int width = 0;
    Map<String, List<OptionDefinition>> topics = new LinkedHashMap<>();
    for (String topic :
        List.of("command", "general", "log", "maintainer", "repository", "stanza")) {
      topics.put(topic, new ArrayList<>());
    }
    for (OptionDefinition option : registry.options()) {
      if (option.validFor(verb.name()) && !option.internal(verb.name())) {
        List<OptionDefinition> topic = topics.get(option.topic());
        if (topic != null) {
          topic.add(option);
          width = Math.min(WIDEST_NAME, Math.max(width, option.name(1).length() + 2));
        }
      }
    }
    for (Map.Entry<String, List<OptionDefinition>> topic : topics.entrySet()) {
      if (!topic.getValue().isEmpty()) {
        String heading = topic.getKey();
        text.append('\n').append(Character.toUpperCase(heading.charAt(0)));
        text.append(heading.substring(1)).append(" options:\n");
        for (OptionDefinition option : topic.getValue()) {
          text.append(
              TextColumns.entry(
                  "--" + option.name(1),
                  width,
                  option.summary(verb.name()) + values(subject, option),
                  columns));
        }
      }
    }
    text.append("\nUse 'holdfast help ").append(verb.name());
    return text.append(" OPTION' for more about an option.\n").toString();
  }

  private String option(Options subject, String written) {
    String verb = subject.verb().name();
    OptionDefinition option = new OptionNames(registry).find(written, false, false).definition();
    if (!option.validFor(verb)) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID,
          "option '" + option.name() + "' is not an option of the verb '" + verb + "'");
    }
    StringBuilder text = new StringBuilder("holdfast ").append(verb).append(" --");
    text.append(option.name(1)).append("\n\n");
    text.append(TextColumns.paragraph(option.summary(verb), columns)).append('\n');
    Map<String, String> facts = new LinkedHashMap<>();
    addCurrent(facts, subject, option);
    facts.putAll(OptionFacts.of(registry, option, verb));
    for (Map.Entry<String, String> fact : facts.entrySet()) {
      text.append(TextColumns.entry(fact.getKey(), 11, fact.getValue(), columns));
    }
    return text.toString();
  }

  private void addCurrent(Map<String, String> facts, Options subject, OptionDefinition option) {
    String current = current(subject, option);
    if (!MANY.equals(current)) {
      if (current != null) {
        facts.put("now", current);
      }
      return;
    }
    for (int key : subject.keys(option)) {
      String value = current(subject, option, key);
      if (value != null) {
        facts.put("now " + option.group() + key, value);
      }
    }
  }

  private String values(Options subject, OptionDefinition option) {
    String current = current(subject, option);
    String byDefault = OptionFacts.defaultText(option, subject.verb().name());
    StringBuilder text = new StringBuilder();
    if (current != null) {
      text.append("now=").append(current);
    }
    if (byDefault != null) {
      text.append(text.isEmpty() ? "" : ", ").append("default=").append(byDefault);
    }
    return text.isEmpty() ? "" : " [" + text + "]";
  }

  /** The configured value; {@link #MANY} if it differs between the option's numbers. */
  private static @Nullable String current(Options subject, OptionDefinition option) {
    String common = null;
    boolean first = true;
    for (int key : subject.keys(option)) {
      String value = current(subject, option, key);
      if (!first && !Objects.equals(common, value)) {
        return MANY;
      }
      common = value;
      first = false;
    }
    return common;
  }

  private static @Nullable String current(Options subject, OptionDefinition option, int key) {
    return subject.source(option.name(), key).kind() == OptionSource.Kind.DEFAULT
        ? null
        : subject.shown(option.name(), key).orElse(null);
  }
}
