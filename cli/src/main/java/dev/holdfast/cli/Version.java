package dev.holdfast.cli;

import org.jspecify.annotations.Nullable;

/** Which version of Holdfast runs. */
final class Version {
  private Version() {}

  /** For example {@code 0.1.0}; as the build wrote it into the jar. */
  static String text() {
    @Nullable String version = Version.class.getPackage().getImplementationVersion();
    if (version == null) {
      return "development";
    }
    String snapshot = "-SNAPSHOT";
    return version.endsWith(snapshot)
        ? version.substring(0, version.length() - snapshot.length())
        : version;
  }
}
