package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.postgres.control.PgControlFile;
import org.jspecify.annotations.Nullable;

/** The cluster that a stanza is about. */
final class StanzaCluster {
  private StanzaCluster() {}

  /** What its pg_control says. */
  static PgControl control(Options options) {
    @Nullable PgVersion forced =
        options.optional("pg-version-force").map(PgVersion::parse).orElse(null);
    return PgControlFile.read(Clusters.dataDirectory(options), forced).control();
  }
}
