package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.tls.TlsFiles;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The certificates of a monitor, or of who talks to it, as the options have them. */
public final class MonitorCredentials {
  private static final String AUTHORITY = "monitor-ca-file";
  private static final String CERTIFICATE = "monitor-cert-file";
  private static final String KEY = "monitor-key-file";

  private MonitorCredentials() {}

  /**
   * Reads the files.
   *
   * @param log gets warnings, of certificates that end soon for example
   * @return empty when there are no such options
   * @throws HoldfastException option-required (37) when some are given and others are not; else as
   *     {@link WatchedCredentials}
   */
  public static Optional<WatchedCredentials> of(
      Options options, Clock clock, Consumer<String> log) {
    List<String> all = List.of(AUTHORITY, CERTIFICATE, KEY);
    List<String> missing = all.stream().filter(name -> !options.has(name)).toList();
    if (missing.size() == all.size()) {
      return Optional.empty();
    }
    if (!missing.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.OPTION_REQUIRED,
          "TLS with the monitor also needs " + String.join(" and ", missing),
          "holdfast certificates makes what they name.");
    }
    TlsFiles files =
        new TlsFiles(options.path(AUTHORITY), options.path(CERTIFICATE), options.path(KEY));
    return Optional.of(new WatchedCredentials(files, clock, System::nanoTime, log));
  }
}
