package dev.holdfast.storage.remote;

/** What a program on the other host is started for. */
enum Purpose {
  /** To serve a repository to us. */
  REPOSITORY("HOLDFAST-STORAGE", "unable to use the repository on", "serve it", "repo-host-cmd"),
  /** To run a verb beside PostgreSQL, with our repositories. */
  DATABASE("HOLDFAST-DATABASE", "unable to run the verb on", "do that", "pg-host-cmd");

  private final String product;
  private final String failure;
  private final String duty;
  private final String commandOption;

  Purpose(String product, String failure, String duty, String commandOption) {
    this.product = product;
    this.failure = failure;
    this.duty = duty;
    this.commandOption = commandOption;
  }

  /** The first word of the greeting. */
  String product() {
    return product;
  }

  /** The beginning of an error; the host's name follows. */
  String failure() {
    return failure;
  }

  /** What pgBackRest alone cannot. */
  String duty() {
    return duty;
  }

  /** The option that names the program. */
  String commandOption() {
    return commandOption;
  }
}
