package dev.holdfast.cli.suite;

/** Who did something to a repository. */
enum Program {
  HOLDFAST,
  PGBACKREST;

  /** The one that then has to understand it. */
  Program other() {
    return this == HOLDFAST ? PGBACKREST : HOLDFAST;
  }
}
