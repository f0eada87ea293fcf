package dev.holdfast.ha.certificates;

import dev.holdfast.ha.tls.TlsFiles;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.Consumer;

/** A CA of a test, and the certificates that it signs. */
public final class TestCertificates {
  /** So long ago that certificates of two years, made then, have expired, and their CA has not. */
  public static final Clock LONG_AGO =
      Clock.fixed(Instant.now().minus(Duration.ofDays(1000)), ZoneOffset.UTC);

  private static final Duration TWO_YEARS = Duration.ofDays(730);

  private final CertificateDirectory directory;

  /** In a directory, which is made; the CA began long ago. */
  public TestCertificates(Path path) {
    this.directory = new CertificateDirectory(path);
    try (CertificateMaking making = CertificateMaking.begin(directory, LONG_AGO)) {
      making.authority(false);
    }
  }

  /** The directory. */
  public CertificateDirectory directory() {
    return directory;
  }

  /** The files of a certificate for every cluster, which is made now. */
  public TlsFiles files(String names) {
    return files(names, Optional.empty(), Clock.systemUTC(), TWO_YEARS);
  }

  /** The files of a certificate of a monitor that agrees with others, which is made now. */
  public TlsFiles monitor(String names) {
    return files(
        CertificateRequest.parse(names, Optional.empty(), true), Clock.systemUTC(), TWO_YEARS);
  }

  /** The files of a certificate that expired long ago. */
  public TlsFiles expired(String names) {
    return files(names, Optional.empty(), LONG_AGO, TWO_YEARS);
  }

  /** The files of a certificate of which all is chosen. */
  public TlsFiles files(String names, Optional<String> cluster, Clock clock, Duration validity) {
    return files(CertificateRequest.parse(names, cluster, false), clock, validity);
  }

  /** The same of anybody. */
  public TlsFiles files(CertificateRequest request, Clock clock, Duration validity) {
    try (CertificateMaking making = CertificateMaking.begin(directory, clock)) {
      making.node(request, validity, true);
    }
    return new TlsFiles(
        directory.certificate(CertificateRequest.AUTHORITY),
        directory.certificate(request.file()),
        directory.key(request.file()));
  }

  /** Credentials of files that do not change. */
  public static Optional<WatchedCredentials> credentials(TlsFiles files, Consumer<String> log) {
    return Optional.of(new WatchedCredentials(files, Clock.systemUTC(), System::nanoTime, log));
  }
}
