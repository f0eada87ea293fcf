package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.lock.StanzaLocks;
import dev.holdfast.engine.lock.StopFiles;
import java.io.PrintStream;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What a verb is given.
 *
 * @param options what it was asked for
 * @param reporter where it says what it does
 * @param surroundings streams, clock and environment
 * @param arguments of the program as they were given, verb and all; may hold secrets
 */
public record VerbContext(
    Options options, Reporter reporter, Surroundings surroundings, List<String> arguments) {
  /** Copies the list. */
  public VerbContext {
    arguments = List.copyOf(arguments);
  }

  /** Standard output, for the verb's result. */
  public PrintStream out() {
    return surroundings.out();
  }

  /** The time, and the zone that labels are in. */
  public Clock clock() {
    return surroundings.clock();
  }

  /** The locks of this host; none is held yet. */
  public StanzaLocks locks() {
    long pid = ProcessHandle.current().pid();
    String run = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    return new StanzaLocks(options.path("lock-path"), pid + "-" + run, pid);
  }

  /** The stop files of this host. */
  public StopFiles stopFiles() {
    return new StopFiles(options.path("lock-path"));
  }

  /**
   * Lets a verb that changes something go on, unless its stanza, or all, was stopped.
   *
   * @throws dev.holdfast.domain.HoldfastException STOP when it was
   */
  public void refuseWhenStopped() {
    stopFiles()
        .refuseWhenStopped(options.knows("stanza") ? options.optionalStanza().orElse(null) : null);
  }
}
