package dev.holdfast.ha.keeper;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Timeline;
import dev.holdfast.ha.wire.Existing;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.postgres.wal.WalEnd;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a data directory is, by its files alone. */
final class ExistingData {
  private ExistingData() {}

  /** Of one whose server is stopped, or that is not there. */
  static Existing of(Path data) {
    if (!Files.exists(data.resolve(PgControlFile.NAME))) {
      return Existing.NOTHING;
    }
    PgControl control = PgControlFile.read(data, null).control();
    return new Existing(
        control.systemId().toString(), timeline(data, control), isStandby(data), "", false);
  }

  /** Of a copy that was never started, the checkpoint's is the best there is. */
  private static Timeline timeline(Path data, PgControl control) {
    try {
      return WalEnd.of(data).history().timeline();
    } catch (HoldfastException e) {
      return control.timeline();
    }
  }

  private static boolean isStandby(Path data) {
    return Files.exists(data.resolve("standby.signal"));
  }

  /** Which cluster it is, decimal; empty while it is none, or is just being replaced. */
  static String systemIdentifier(Path data) {
    try {
      return Files.exists(data.resolve(PgControlFile.NAME))
          ? PgControlFile.read(data, null).control().systemId().toString()
          : "";
    } catch (HoldfastException e) {
      return "";
    }
  }
}
