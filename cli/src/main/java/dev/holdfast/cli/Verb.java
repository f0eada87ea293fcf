package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.HoldfastException;

/** One verb of the command line: maps options to the engine's request and prints its result. */
public interface Verb {
  /** The verb as it is typed. */
  String name();

  /**
   * Does it.
   *
   * @return the exit code: 0, or one that the verb documents; errors are thrown
   * @throws dev.holdfast.domain.HoldfastException with the code that becomes the exit code
   */
  int run(VerbContext context);

  /** The exit code for an error of the verb: its own number, unless the caller would misread it. */
  default int exitCode(Options options, HoldfastException error) {
    return error.code().number();
  }
}
