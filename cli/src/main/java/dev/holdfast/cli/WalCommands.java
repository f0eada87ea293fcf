package dev.holdfast.cli;

import dev.holdfast.config.OptionSource;
import dev.holdfast.config.Options;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The {@code archive_command} and {@code restore_command} of a cluster: archive-push and
 * archive-get with the options that this verb was given on its command line. What stands in files
 * or the environment they read themselves, so that changing it there later has an effect.
 */
final class WalCommands {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]*");

  private final Options options;
  private final String program;

  /**
   * For the cluster of these options.
   *
   * @param launcher the program itself, used while the option cmd is not set
   */
  WalCommands(Options options, String launcher) {
    this.options = options;
    this.program =
        !options.knows("cmd") || options.source("cmd").kind() == OptionSource.Kind.DEFAULT
            ? launcher
            : options.string("cmd");
  }

  /** The restore_command, with PostgreSQL's {@code %f} and {@code %p}. */
  String get() {
    return text("archive-get", "%f \"%p\"");
  }

  /** The archive_command, with PostgreSQL's {@code %p}. */
  String push() {
    return text("archive-push", "%p");
  }

  private String text(String verb, String parameters) {
    List<String> words = new ArrayList<>();
    words.add(program);
    words.addAll(new PassedOnOptions(options).of(verb));
    words.add(verb);
    StringBuilder text = new StringBuilder();
    for (String word : words) {
      text.append(quoted(word)).append(' ');
    }
    return text.append(parameters).toString();
  }

  /** For the shell, and with PostgreSQL's own escape character doubled. */
  private static String quoted(String word) {
    String escaped = word.replace("%", "%%");
    return PLAIN.matcher(escaped).matches() ? escaped : "'" + escaped.replace("'", "'\\''") + "'";
  }
}
