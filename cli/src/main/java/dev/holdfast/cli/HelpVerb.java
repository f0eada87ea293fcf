package dev.holdfast.cli;

import dev.holdfast.config.Help;

/** Prints help: of all verbs, of one, or of one of its options. */
final class HelpVerb implements Verb {
  private static final int DEFAULT_COLUMNS = 80;

  @Override
  public String name() {
    return "help";
  }

  @Override
  public int run(VerbContext context) {
    String columns = context.surroundings().environment().getOrDefault("COLUMNS", "");
    context.out().print(Help.text(context.options(), columns(columns)));
    return 0;
  }

  private static int columns(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return DEFAULT_COLUMNS;
    }
  }
}
