package dev.holdfast.cli;

import dev.holdfast.config.ConfigurationLoader;
import dev.holdfast.config.Options;
import dev.holdfast.config.Warning;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter.Level;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of the program: loads the options, sets up the log, runs the verb, and turns whatever it
 * throws into an error on standard error and an exit code.
 */
public final class Program {
  private static final String DRY_RUN = "[DRY-RUN] ";

  private final Surroundings surroundings;
  private final ConfigurationLoader loader;
  private final BooleanSupplier terminated;

  /**
   * A program.
   *
   * @param terminated whether the process was asked to end, which explains any error after it
   */
  public Program(
      Surroundings surroundings, ConfigurationLoader loader, BooleanSupplier terminated) {
    this.surroundings = surroundings;
    this.loader = loader;
    this.terminated = terminated;
  }

  /** Runs the verb that the arguments name; the exit code. */
  public int run(List<String> arguments) {
    @Nullable Options options = null;
    try {
      options = loader.load(arguments.isEmpty() ? List.of("help") : arguments);
      return run(options, arguments);
    } catch (RuntimeException | Error thrown) {
      HoldfastException error = explain(thrown, options);
      surroundings.out().flush();
      surroundings.err().print("ERROR: " + error.describe() + "\n");
      surroundings.err().flush();
      return error.code().number();
    }
  }

  private int run(Options options, List<String> arguments) {
    long begin = surroundings.clock().millis();
    ConsoleReporter reporter = reporter(options);
    Level level = Level.valueOf(options.verb().logLevel().toUpperCase(Locale.ROOT));
    String verb = options.verb().name();
    for (Warning warning : options.warnings()) {
      reporter.warn(warning.describe());
    }
    if (reporter.shows(level)) {
      reporter.log(level, beginLine(options));
    }
    int code;
    Verb named = Verbs.named(verb);
    try {
      Priorities.apply(options);
      code = named.run(new VerbContext(options, reporter, surroundings, arguments));
      if (reporter.shows(level)) {
        long millis = surroundings.clock().millis() - begin;
        reporter.log(
            level,
            verb
                + " command end: completed successfully"
                + (options.flag("log-timestamp") ? " (" + millis + "ms)" : ""));
      }
    } catch (RuntimeException | Error thrown) {
      HoldfastException error = explain(thrown, options);
      code = named.exitCode(options, error);
      reporter.error(error.describe());
      reporter.log(
          level,
          verb + " command end: aborted with exception [" + number(error.code().number()) + "]");
    }
    reporter.close();
    surroundings.out().flush();
    return code;
  }

  private ConsoleReporter reporter(Options options) {
    LogLevels levels = LogLevels.of(options);
    // Verbs that log their beginning only for debugging are those that print a result.
    boolean printsResult = options.verb().logLevel().equals("debug");
    PrintStream console = printsResult ? surroundings.err() : surroundings.out();
    boolean timestamp = !options.knows("log-timestamp") || options.flag("log-timestamp");
    boolean dryRun = options.knows("dry-run") && options.flag("dry-run");
    @Nullable LogFile file = null;
    if (levels.file() > LogLevels.OFF) {
      file = logFile(options);
    }
    boolean open = file == null || file.open();
    ConsoleReporter reporter =
        new ConsoleReporter(
            surroundings,
            levels,
            console,
            surroundings.errorTerminal(),
            timestamp,
            dryRun ? DRY_RUN : "",
            open ? file : null);
    if (file != null && !open) {
      reporter.warn(file.problem() + "\nNOTE: process will continue without log file.");
    }
    return reporter;
  }

  private static LogFile logFile(Options options) {
    String stanza = options.knows("stanza") ? options.optional("stanza").orElse("all") : "all";
    String role = DetachedProcess.isBackground(options) ? "-async" : "";
    return new LogFile(
        options.path("log-path").resolve(stanza + "-" + options.verb().name() + role + ".log"));
  }

  private static String beginLine(Options options) {
    StringBuilder line = new StringBuilder(options.verb().name()).append(" command begin ");
    line.append(Version.text()).append(':');
    if (!options.parameters().isEmpty()) {
      line.append(" [").append(String.join(", ", options.parameters())).append(']');
    }
    for (String set : options.setOptions()) {
      line.append(' ').append(set);
    }
    return line.toString();
  }

  private HoldfastException explain(Throwable thrown, @Nullable Options options) {
    if (terminated.getAsBoolean()) {
      return new HoldfastException(ErrorCode.TERM, "terminated by a signal", thrown);
    }
    List<Path> directories = new ArrayList<>();
    if (options != null && options.knows("log-path") && options.has("log-path")) {
      Path logs = options.path("log-path");
      if (Files.isDirectory(logs)) {
        directories.add(logs);
      }
    }
    directories.add(Path.of(System.getProperty("java.io.tmpdir", "/tmp")));
    return new Failures(directories, surroundings.clock().instant()).explain(thrown);
  }

  private static String number(int code) {
    String text = Integer.toString(code);
    return "0".repeat(Math.max(0, 3 - text.length())) + text;
  }
}
