package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.engine.Reporter;
import java.io.PrintStream;
import java.time.Clock;

/**
 * What a verb is given.
 *
 * @param options what it was asked for
 * @param reporter where it says what it does
 * @param surroundings streams, clock and environment
 */
public record VerbContext(Options options, Reporter reporter, Surroundings surroundings) {
  /** Standard output, for the verb's result. */
  public PrintStream out() {
    return surroundings.out();
  }

  /** The time, and the zone that labels are in. */
  public Clock clock() {
    return surroundings.clock();
  }
}
