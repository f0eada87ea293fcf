package dev.holdfast.config;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Options in environment variables: {@code HOLDFAST_REPO1_PATH} is {@code repo1-path}.
 *
 * <p>A variable of ours wins over the same one of pgBackRest's ({@code PGBACKREST_REPO1_PATH}).
 * Several values of a list or map are separated by colons.
 */
final class Environment {
  private static final String OURS = "HOLDFAST_";
  private static final String THEIRS = "PGBACKREST_";

  /** Variables for the scripts that start and verify us, which are no options. */
  private static final Set<String> FOR_SCRIPTS =
      Set.of(
          "HOLDFAST_JAVA_HOME",
          "HOLDFAST_JAVA_OPTS",
          "HOLDFAST_NO_BUILD",
          "HOLDFAST_PROGRAM",
          "HOLDFAST_NEWER_PGBACKREST");

  private final OptionNames names;
  private final VerbDefinition verb;
  private final Complaints complaints;
  private final GivenOptions options;

  Environment(OptionNames names, VerbDefinition verb, Complaints complaints, GivenOptions options) {
    this.names = names;
    this.verb = verb;
    this.complaints = complaints;
    this.options = options;
  }

  /** Adds the options in the variables to those that were given before. */
  void read(Map<String, String> variables) {
    read(OURS, variables);
    read(THEIRS, variables);
  }

  private void read(String prefix, Map<String, String> variables) {
    Set<String> ordered = new TreeSet<>();
    for (String variable : variables.keySet()) {
      if (variable.startsWith(prefix) && !FOR_SCRIPTS.contains(variable)) {
        ordered.add(variable);
      }
    }
    for (String variable : ordered) {
      String text = variables.get(variable);
      read(prefix, variable, text == null ? "" : text);
    }
  }

  private void read(String prefix, String variable, String text) {
    String name = optionName(variable.substring(prefix.length()));
    OptionSource source =
        new OptionSource(
            OptionSource.Kind.ENVIRONMENT,
            OptionNames.printable(name)
                ? "environment variable " + variable
                : "an environment variable that begins with " + prefix);
    OptionReference reference;
    try {
      reference = names.find(name, false, true);
    } catch (UnknownOptionException e) {
      OptionDefinition meant = e.meant();
      if (meant == null || meant.validFor(verb.name())) {
        complaints.reject(meant, source, e, "it is ignored");
      }
      return;
    }
    OptionDefinition option = reference.definition();
    if (reference.negated() || reference.reset()) {
      complaints.warn(
          new Warning(
              source.place() + ": 'no-' and 'reset-' are for the command line; it is ignored"));
      return;
    }
    if (!option.validFor(verb.name()) || options.contains(reference)) {
      return;
    }
    if (text.isEmpty()) {
      complaints.reject(
          option,
          source,
          new HoldfastException(
              ErrorCode.OPTION_INVALID_VALUE,
              "option '" + reference.name() + "' has an empty value"),
          "it is ignored");
      return;
    }
    GivenOption given = new GivenOption(reference, source);
    if (option.type().repeatable()) {
      addSplit(given, text);
    } else {
      given.texts().add(text);
    }
    options.add(given);
  }

  private static void addSplit(GivenOption given, String text) {
    int from = 0;
    for (int colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', from)) {
      given.texts().add(text.substring(from, colon));
      from = colon + 1;
    }
    given.texts().add(text.substring(from));
  }

  private static String optionName(String variable) {
    char[] name = variable.toCharArray();
    for (int i = 0; i < name.length; i++) {
      if (name[i] >= 'A' && name[i] <= 'Z') {
        name[i] = (char) (name[i] + ('a' - 'A'));
      } else if (name[i] == '_') {
        name[i] = '-';
      }
    }
    return new String(name);
  }
}
