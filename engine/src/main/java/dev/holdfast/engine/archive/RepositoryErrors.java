package dev.holdfast.engine.archive;

import dev.holdfast.domain.HoldfastException;

/** How an error of one repository among several is written down. */
final class RepositoryErrors {
  private RepositoryErrors() {}

  /** {@code repo1: [FileMissingError] message}, with hints as further lines. */
  static String line(int repositoryKey, HoldfastException error) {
    return "repo" + repositoryKey + ": [" + error.code().typeName() + "] " + text(error);
  }

  /** The message with its hints as further lines. */
  static String text(HoldfastException error) {
    StringBuilder text = new StringBuilder(String.valueOf(error.getMessage()));
    for (String hint : error.hints()) {
      text.append("\nHINT: ").append(hint);
    }
    return text.toString();
  }
}
