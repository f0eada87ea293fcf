package dev.holdfast.cli;

/** Prints the version. */
final class VersionVerb implements Verb {
  @Override
  public String name() {
    return "version";
  }

  @Override
  public int run(VerbContext context) {
    String version = Version.text();
    context
        .out()
        .println(
            context.options().string("output").equals("num")
                ? numeric(version)
                : "Holdfast " + version);
    return 0;
  }

  /** Major times 1,000,000, minor times 1,000, patch: a number that scripts can compare. */
  static String numeric(String version) {
    int number = 0;
    int part = 0;
    for (int i = 0; i < version.length(); i++) {
      char c = version.charAt(i);
      if (c >= '0' && c <= '9') {
        part = part * 10 + (c - '0');
      } else {
        number = number * 1000 + part;
        part = 0;
      }
    }
    return Integer.toString(number * 1000 + part);
  }
}
