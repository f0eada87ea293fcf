package dev.holdfast.cli;

import dev.holdfast.config.OptionDefinition;
import dev.holdfast.config.OptionRegistry;
import dev.holdfast.config.OptionSource;
import dev.holdfast.config.Options;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The {@code restore_command} of a restored cluster: archive-get with the options that the restore
 * was given on its command line. What stands in files or the environment archive-get reads itself,
 * so that changing it there later has an effect.
 */
final class RestoreCommand {
  private static final String VERB = "archive-get";

  /** Meant for the restore alone. */
  private static final Set<String> NOT_PASSED_ON =
      Set.of(
          "cmd",
          "exec-id",
          "job-retry",
          "job-retry-interval",
          "log-level-console",
          "log-level-file",
          "log-level-stderr",
          "log-subprocess",
          "log-timestamp",
          "process-max");

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]*");

  private final Options options;
  private final String program;

  /**
   * For the cluster that a restore with these options makes.
   *
   * @param launcher the program itself, used while the option cmd is not set
   */
  RestoreCommand(Options options, String launcher) {
    this.options = options;
    this.program =
        options.source("cmd").kind() == OptionSource.Kind.DEFAULT
            ? launcher
            : options.string("cmd");
  }

  /** The command, with PostgreSQL's {@code %f} and {@code %p}. */
  String text() {
    List<String> words = new ArrayList<>();
    words.add(program);
    for (OptionDefinition option : OptionRegistry.standard().options()) {
      if (isPassedOn(option)) {
        for (int key : OptionArguments.keys(options, option)) {
          if (options.source(option.name(), key).kind() == OptionSource.Kind.COMMAND_LINE) {
            words.addAll(arguments(option, key));
          }
        }
      }
    }
    words.add(VERB);
    StringBuilder text = new StringBuilder();
    for (String word : words) {
      text.append(quoted(word)).append(' ');
    }
    return text.append("%f \"%p\"").toString();
  }

  private boolean isPassedOn(OptionDefinition option) {
    return option.validFor(VERB)
        && options.knows(option.name())
        && !option.secret()
        && !option.name().equals("repo-cipher-type")
        && !NOT_PASSED_ON.contains(option.name());
  }

  private List<String> arguments(OptionDefinition option, int key) {
    // PostgreSQL runs the command in the data directory, not where the restore was called.
    if (option.name().equals("config") && options.has("config")) {
      return List.of("--config=" + Path.of(options.string("config")).toAbsolutePath().normalize());
    }
    return OptionArguments.of(options, option, key, key);
  }

  /** For the shell, and with PostgreSQL's own escape character doubled. */
  private static String quoted(String word) {
    String escaped = word.replace("%", "%%");
    return PLAIN.matcher(escaped).matches() ? escaped : "'" + escaped.replace("'", "'\\''") + "'";
  }
}
