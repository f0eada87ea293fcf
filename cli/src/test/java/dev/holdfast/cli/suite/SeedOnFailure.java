package dev.holdfast.cli.suite;

import dev.holdfast.testkit.SeededRandom;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** Chance for a suite; a test that fails tells how to have the same again. */
final class SeedOnFailure implements TestExecutionExceptionHandler {
  private final SeededRandom random = SeededRandom.ofPropertyOrNew();

  /** The same sequence for the same part of the work and seed. */
  SeededRandom fork(String part) {
    return random.fork(part);
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    if (failure instanceof AssertionError) {
      throw new AssertionError(this + ": " + failure.getMessage(), failure);
    }
    throw failure;
  }

  @Override
  public String toString() {
    return random.toString();
  }
}
