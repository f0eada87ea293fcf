package dev.holdfast.cli;

/** Where the process begins, and the only place where it ends itself. */
public final class Main {
  private Main() {}

  /** Runs the verb that the arguments name, and exits with its code. */
  public static void main(String[] arguments) {
    System.out.println("Holdfast " + Main.class.getPackage().getImplementationVersion());
    System.exit(0);
  }
}
