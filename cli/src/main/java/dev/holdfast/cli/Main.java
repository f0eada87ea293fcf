package dev.holdfast.cli;

import dev.holdfast.config.ConfigurationLoader;
import java.util.List;

/** Where the process begins, and the only place where it ends itself. */
public final class Main {
  private Main() {}

  /** Runs the verb that the arguments name, and exits with its code. */
  public static void main(String[] arguments) {
    Termination termination = Termination.watch();
    Program program =
        new Program(
            Surroundings.ofProcess(), ConfigurationLoader.ofProcess(), termination::requested);
    int code = program.run(List.of(arguments));
    termination.ended(code);
    System.exit(code);
  }
}
