package dev.holdfast.cli.demo;

import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Tells what happens, a line for each step: when it began, what it was, what came of it and how
 * long it took. Fits 80 columns.
 */
final class Story {
  private static final int TEXT_WIDTH = 58;

  private final PrintStream out;
  private final Palette palette;
  private final Clock clock;
  private final List<Step> steps = new ArrayList<>();

  /**
   * A step that is over.
   *
   * @param name what it was
   * @param duration how long it took
   */
  record Step(String name, Duration duration) {}

  Story(PrintStream out, Palette palette, Clock clock) {
    this.out = out;
    this.palette = palette;
    this.clock = clock;
  }

  /** What can be drawn. */
  Palette palette() {
    return palette;
  }

  /**
   * Runs a step.
   *
   * @param name shown while it runs; plain text
   * @param paint how the name is painted
   * @param work what it does; gives what came of it, in a few words, or nothing
   * @return how long it took
   */
  Duration step(String name, UnaryOperator<String> paint, Supplier<String> work) {
    String time = LocalTime.now(clock).truncatedTo(ChronoUnit.SECONDS).toString();
    // A time with zero seconds leaves them out.
    String shown = time.length() == 5 ? time + ":00" : time;
    out.print("  " + palette.faint(shown) + "  " + paint.apply(name));
    out.flush();
    long begin = System.nanoTime();
    String result;
    try {
      result = work.get();
    } catch (RuntimeException e) {
      out.println("  " + palette.bad("failed"));
      throw e;
    }
    Duration duration = Duration.ofNanos(System.nanoTime() - begin);
    steps.add(new Step(name, duration));
    String took = seconds(duration);
    int gap = Math.max(2, TEXT_WIDTH - name.length() - result.length());
    out.println(
        " ".repeat(gap)
            + palette.accent(result)
            + palette.faint(" ".repeat(Math.max(2, 9 - took.length())) + took));
    out.flush();
    return duration;
  }

  /** Runs a step like any other. */
  Duration step(String name, Supplier<String> work) {
    return step(name, UnaryOperator.identity(), work);
  }

  /** Says a line. */
  void say(String line) {
    out.println(line);
    out.flush();
  }

  /** A heading, with an empty line before it. */
  void heading(String text) {
    say("");
    say("  " + palette.bold(text));
    say("");
  }

  /** The time of all steps together. */
  Duration total() {
    return steps.stream().map(Step::duration).reduce(Duration.ZERO, Duration::plus);
  }

  /** With tenths: {@code 1.9 s}. */
  static String seconds(Duration duration) {
    long tenths = Math.round(duration.toMillis() / 100.0);
    return tenths / 10 + "." + tenths % 10 + " s";
  }
}
