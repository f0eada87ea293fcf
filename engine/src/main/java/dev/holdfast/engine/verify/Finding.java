package dev.holdfast.engine.verify;

/**
 * A file that is not what it must be.
 *
 * @param file its path in the repository
 * @param fault what is wrong with it
 * @param detail in words, for a person
 */
public record Finding(String file, Fault fault, String detail) {
  /** What can be wrong with a file; the words are those of pgBackRest's report. */
  public enum Fault {
    /** It is not there. */
    MISSING("missing"),
    /** Its content has another SHA-1. */
    CHECKSUM("checksum invalid"),
    /** It holds more or less than it must. */
    SIZE("size invalid"),
    /** It cannot be read or decoded. */
    OTHER("other");

    private final String words;

    Fault(String words) {
      this.words = words;
    }

    /** The fault in words. */
    public String words() {
      return words;
    }
  }
}
