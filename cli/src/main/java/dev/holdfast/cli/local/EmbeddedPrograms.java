package dev.holdfast.cli.local;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.process.EmbeddedPostgres;
import dev.holdfast.postgres.process.PostgresInstallation;
import java.net.URL;

/** The PostgreSQL that comes with the program. */
public final class EmbeddedPrograms {
  private EmbeddedPrograms() {}

  /**
   * Unpacks it where that has not been done.
   *
   * @throws HoldfastException feature-not-supported (67) on other machines than Linux on x86-64
   */
  public static PostgresInstallation installation() {
    URL archive = EmbeddedPrograms.class.getResource("/" + EmbeddedPostgres.RESOURCE);
    String architecture = System.getProperty("os.arch", "");
    if (archive == null || !architecture.equals("amd64")) {
      throw new HoldfastException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "there is no embedded PostgreSQL for this machine (" + architecture + ")",
          "It is there for Linux on x86-64.");
    }
    return EmbeddedPostgres.installation(archive);
  }
}
