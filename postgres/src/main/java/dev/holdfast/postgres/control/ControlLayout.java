package dev.holdfast.postgres.control;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.PgVersion;
import org.jspecify.annotations.Nullable;

/**
 * What distinguishes the versions in {@code pg_control} and in the headers of WAL pages.
 *
 * <p>A released version has exactly one catalog version; alphas, betas and forks have others, and
 * are read only when the version is forced.
 */
enum ControlLayout {
  V13(13, 1300, 202007201, 0xD106, 288),
  V14(14, 1300, 202107181, 0xD10D, 288),
  V15(15, 1300, 202209061, 0xD110, 288),
  V16(16, 1300, 202307071, 0xD113, 288),
  V17(17, 1700, 202406281, 0xD116, 288),
  V18(18, 1800, 202506291, 0xD118, 292);

  private static final String HINT_SUPPORTED =
      "PostgreSQL " + PgVersion.OLDEST + " to " + PgVersion.NEWEST + " can be backed up.";
  private static final String HINT_FORK =
      "A fork that keeps PostgreSQL's layout can be read with the option pg-version-force.";

  private final PgVersion version;
  private final int controlVersion;
  private final int catalogVersion;
  private final int walMagic;
  private final int crcOffset;

  ControlLayout(int major, int controlVersion, int catalogVersion, int walMagic, int crcOffset) {
    this.version = new PgVersion(major * 10000);
    this.controlVersion = controlVersion;
    this.catalogVersion = catalogVersion;
    this.walMagic = walMagic;
    this.crcOffset = crcOffset;
  }

  static ControlLayout of(PgVersion version) {
    for (ControlLayout layout : values()) {
      if (layout.version.equals(version)) {
        return layout;
      }
    }
    throw new HoldfastException(
        ErrorCode.VERSION_NOT_SUPPORTED,
        "PostgreSQL " + version + " is not supported",
        HINT_SUPPORTED);
  }

  static ControlLayout ofControl(
      int controlVersion, int catalogVersion, @Nullable PgVersion forced) {
    if (forced != null) {
      return of(forced);
    }
    for (ControlLayout layout : values()) {
      if (layout.controlVersion == controlVersion && layout.catalogVersion == catalogVersion) {
        return layout;
      }
    }
    throw new HoldfastException(
        ErrorCode.VERSION_NOT_SUPPORTED,
        "pg_control has control version "
            + Integer.toUnsignedString(controlVersion)
            + " and catalog version "
            + Integer.toUnsignedString(catalogVersion)
            + ", which belong to no supported version of PostgreSQL",
        HINT_SUPPORTED,
        HINT_FORK);
  }

  static ControlLayout ofWalMagic(int magic, @Nullable PgVersion forced) {
    if (forced != null) {
      return of(forced);
    }
    for (ControlLayout layout : values()) {
      if (layout.walMagic == magic) {
        return layout;
      }
    }
    throw new HoldfastException(
        ErrorCode.VERSION_NOT_SUPPORTED,
        "the WAL page's magic number %04X belongs to no supported version of PostgreSQL"
            .formatted(magic),
        HINT_SUPPORTED,
        HINT_FORK);
  }

  PgVersion version() {
    return version;
  }

  int controlVersion() {
    return controlVersion;
  }

  int walMagic() {
    return walMagic;
  }

  int crcOffset() {
    return crcOffset;
  }
}
