package dev.holdfast.domain;

/**
 * A major version of PostgreSQL, as the repository writes it: {@code 9.6} or {@code 17}.
 *
 * <p>Holdfast backs up 13 to 18. Older numbers are read, because a repository's history may name
 * clusters that have since been upgraded.
 *
 * @param number {@code server_version_num} without the minor version: 90600, 150000, 180000
 */
public record PgVersion(int number) implements Comparable<PgVersion> {
  /** The oldest version that can be backed up. */
  public static final PgVersion OLDEST = new PgVersion(130000);

  /** The newest version that can be backed up. */
  public static final PgVersion NEWEST = new PgVersion(180000);

  /** Parses {@code 9.6}, {@code 13}, {@code 18}. */
  public static PgVersion parse(String text) {
    try {
      int dot = text.indexOf('.');
      if (dot < 0) {
        return new PgVersion(Integer.parseInt(text) * 10000);
      }
      return new PgVersion(
          Integer.parseInt(text, 0, dot, 10) * 10000
              + Integer.parseInt(text, dot + 1, text.length(), 10) * 100);
    } catch (NumberFormatException e) {
      throw new HoldfastException(
          ErrorCode.VERSION_NOT_SUPPORTED, "'" + text + "' is not a PostgreSQL version", e);
    }
  }

  /** The major version that a {@code server_version_num} such as 150018 belongs to. */
  public static PgVersion ofServerVersion(int serverVersionNum) {
    return new PgVersion(
        serverVersionNum >= 100000
            ? serverVersionNum / 10000 * 10000
            : serverVersionNum / 100 * 100);
  }

  /** The major version, 13 to 18. */
  public int major() {
    return number / 10000;
  }

  /** Whether this version is at least the major version given. */
  public boolean isAtLeast(int major) {
    return number >= major * 10000;
  }

  /** Whether Holdfast can back it up. */
  public boolean isSupported() {
    return compareTo(OLDEST) >= 0 && compareTo(NEWEST) <= 0;
  }

  @Override
  public int compareTo(PgVersion other) {
    return Integer.compare(number, other.number);
  }

  /** As the repository writes it. */
  @Override
  public String toString() {
    return number >= 100000
        ? Integer.toString(number / 10000)
        : number / 10000 + "." + number / 100 % 100;
  }
}
