package dev.holdfast.domain;

/**
 * The directory of one cluster's WAL in the archive: version and history id, for example {@code
 * 15-1}.
 *
 * @param version the PostgreSQL version
 * @param historyId the key of the cluster in the info files' history, 1 and up
 */
public record ArchiveId(PgVersion version, int historyId) implements Comparable<ArchiveId> {
  /** Parses the directory's name. */
  public static ArchiveId parse(String text) {
    int hyphen = text.lastIndexOf('-');
    if (hyphen < 1) {
      throw invalid(text);
    }
    try {
      return new ArchiveId(
          PgVersion.parse(text.substring(0, hyphen)), Integer.parseInt(text.substring(hyphen + 1)));
    } catch (NumberFormatException e) {
      throw invalid(text);
    }
  }

  private static HoldfastException invalid(String text) {
    return new HoldfastException(ErrorCode.FORMAT, "'" + text + "' is not an archive id");
  }

  /** Orders by history id, oldest cluster first. */
  @Override
  public int compareTo(ArchiveId other) {
    int byId = Integer.compare(historyId, other.historyId);
    return byId != 0 ? byId : version.compareTo(other.version);
  }

  @Override
  public String toString() {
    return version + "-" + historyId;
  }
}
