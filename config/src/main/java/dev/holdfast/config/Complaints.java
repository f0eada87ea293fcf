package dev.holdfast.config;

import dev.holdfast.domain.HoldfastException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether something wrong stops the verb or is only warned about.
 *
 * <p>On the command line it always stops it. In a file or the environment it is a warning, and the
 * option counts as not given, unless the option is strict: then going on with the default could
 * read or write the wrong place, keep or remove the wrong backups, or protect less than was meant.
 * Help never stops.
 */
final class Complaints {
  private final boolean lenient;
  private final List<Warning> warnings = new ArrayList<>();

  /**
   * Collects warnings.
   *
   * @param lenient whether nothing is an error, because values are only shown
   */
  Complaints(boolean lenient) {
    this.lenient = lenient;
  }

  boolean lenient() {
    return lenient;
  }

  List<Warning> warnings() {
    return warnings;
  }

  void warn(Warning warning) {
    warnings.add(warning);
  }

  /**
   * Something is wrong with what was given in this place.
   *
   * @param option the option concerned, if there is one
   * @param consequence what happens if it is only warned about, such as "it is ignored"
   * @throws HoldfastException the problem with its place, if it stops the verb
   */
  void reject(
      @Nullable OptionDefinition option,
      OptionSource source,
      HoldfastException problem,
      String consequence) {
    boolean commandLine = source.kind() == OptionSource.Kind.COMMAND_LINE;
    String place = commandLine ? "" : source.place() + ": ";
    if (!lenient && (commandLine || (option != null && option.strict()))) {
      throw new HoldfastException(
          problem.code(), place + problem.getMessage(), problem.hints().toArray(new String[0]));
    }
    warnings.add(new Warning(place + problem.getMessage() + "; " + consequence, problem.hints()));
  }
}
