package dev.holdfast.cli;

/**
 * Runs what every start needs, once, while the launcher builds: the virtual machine records which
 * classes were used, and later starts map them instead of reading jars.
 */
public final class Training {
  private Training() {}

  /** Trains and ends; what the verbs print is of no interest. */
  public static void main(String[] arguments) {
    System.out.println("training");
  }
}
