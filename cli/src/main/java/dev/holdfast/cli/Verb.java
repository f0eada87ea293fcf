package dev.holdfast.cli;

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
}
