package dev.holdfast.repository;

/** What every info file and manifest says of the format it is written in. */
public final class RepositoryFormat {
  /** The number of the format that is read and written. */
  public static final int NUMBER = 5;

  /**
   * The program version written into {@code backrest-version}.
   *
   * <p>Readers show it and compare it for equality in one place only: a backup that was interrupted
   * is resumed by the version that began it. It begins with the pgBackRest version whose files ours
   * equal, for programs that take it for a number, and is not equal to it, so that neither program
   * resumes what the other left unfinished.
   */
  public static final String VERSION = "2.59.1-holdfast";

  private RepositoryFormat() {}
}
