package dev.holdfast.config;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of the program: one verb, its parameters and options, in any order.
 *
 * <p>An option is {@code --name=value}, {@code --name value}, {@code --name} (a boolean), {@code
 * --no-name} or {@code --reset-name}. Names may be abbreviated as long as they are unambiguous.
 * Everything wrong here is an error. Values are not repeated in messages about names, since what
 * follows a misspelt name may be a passphrase.
 */
final class CommandLine {
  private final OptionNames names;
  private final OptionRegistry registry;
  private final GivenOptions options = new GivenOptions();
  private final List<String> parameters = new ArrayList<>();
  private @Nullable VerbDefinition verb;
  private @Nullable VerbDefinition helpSubject;
  private boolean help;

  private CommandLine(OptionRegistry registry) {
    this.registry = registry;
    this.names = new OptionNames(registry);
  }

  /**
   * Reads the arguments, without the program's name.
   *
   * @throws HoldfastException COMMAND_REQUIRED, COMMAND_INVALID, PARAM_INVALID, OPTION_INVALID or
   *     OPTION_INVALID_VALUE
   */
  static CommandLine parse(OptionRegistry registry, List<String> arguments) {
    CommandLine line = new CommandLine(registry);
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("-")) {
        line.word(argument);
        continue;
      }
      if (!argument.startsWith("--")) {
        throw new HoldfastException(
            ErrorCode.OPTION_INVALID, "options begin with '--'; there is one that does not");
      }
      String next = i + 1 < arguments.size() ? arguments.get(i + 1) : null;
      if (line.option(argument.substring(2), next)) {
        i++;
      }
    }
    line.finish();
    return line;
  }

  /** The verb to run; {@code help} if help was asked for. */
  VerbDefinition verb() {
    if (verb == null) {
      throw new IllegalStateException("not finished");
    }
    return verb;
  }

  /** The verb that help was asked for, if any. */
  @Nullable VerbDefinition helpSubject() {
    return helpSubject;
  }

  /** What followed the verb; behind a verb that help was asked for, the name of an option. */
  List<String> parameters() {
    return parameters;
  }

  GivenOptions options() {
    return options;
  }

  private void word(String word) {
    if (verb != null) {
      parameters.add(word);
    } else if (word.equals("help") && !help) {
      help = true;
    } else {
      verb = registry.verb(word);
    }
  }

  /** Takes an option; says whether the next argument was its value. */
  private boolean option(String argument, @Nullable String next) {
    int equals = argument.indexOf('=');
    String name = equals < 0 ? argument : argument.substring(0, equals);
    String text = equals < 0 ? null : argument.substring(equals + 1);
    OptionReference reference = names.find(name, true, true);
    OptionDefinition option = reference.definition();
    boolean nextTaken = false;
    if (reference.negated() || reference.reset()) {
      if (text != null) {
        throw invalid("option '" + name + "' takes no value");
      }
      if (reference.negated() && option.boolLike()) {
        text = "n";
        reference = new OptionReference(option, reference.key(), false, false);
      }
    } else if (option.type() == OptionType.BOOLEAN) {
      if (text != null && !text.equals("y") && !text.equals("n")) {
        throw new HoldfastException(
            ErrorCode.OPTION_INVALID_VALUE, "option '" + name + "' takes y or n");
      }
      if ("n".equals(text)) {
        reference = new OptionReference(option, reference.key(), true, false);
      }
      text = null;
    } else if (text == null && option.boolLike()) {
      text = "y";
    } else if (text == null && option.secret()) {
      nextTaken = true;
    } else if (text == null) {
      if (next == null) {
        throw invalid("option '" + name + "' needs a value");
      }
      text = next;
      nextTaken = true;
    }
    if (option.secret()) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID,
          "option '" + reference.name() + "' is not allowed on the command line",
          "Every user of this host can read command lines.",
          "Set it in a configuration file or in the environment.");
    }
    add(reference, text);
    return nextTaken;
  }

  private void add(OptionReference reference, @Nullable String text) {
    GivenOption before = options.find(reference.definition(), reference.key());
    if (before == null) {
      before = new GivenOption(reference, OptionSource.COMMAND_LINE);
      options.add(before);
    } else if (before.reference().negated() != reference.negated()
        || before.reference().reset() != reference.reset()) {
      throw invalid("option '" + reference.name() + "' is given in ways that exclude each other");
    } else if (text == null || !reference.definition().type().repeatable()) {
      throw invalid("option '" + reference.name() + "' is given more than once");
    }
    if (text != null) {
      before.texts().add(text);
    }
  }

  private void finish() {
    if (options.find("help", 0) != null) {
      help = true;
    }
    if (help) {
      helpSubject = verb;
      verb = registry.verb("help");
      return;
    }
    if (verb == null) {
      verb = registry.verb(options.find("version", 0) == null ? "help" : "version");
      for (GivenOption given : options.all()) {
        if (!given.reference().definition().validFor("help")) {
          throw new HoldfastException(
              ErrorCode.COMMAND_REQUIRED,
              "there are options but no verb",
              "See 'holdfast help' for the verbs.");
        }
      }
    }
    if (!parameters.isEmpty() && !verb.takesParameters()) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID, "the verb '" + verb.name() + "' takes no parameters");
    }
  }

  private static HoldfastException invalid(String message) {
    return new HoldfastException(ErrorCode.OPTION_INVALID, message);
  }
}
