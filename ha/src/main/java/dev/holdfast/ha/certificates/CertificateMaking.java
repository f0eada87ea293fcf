package dev.holdfast.ha.certificates;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.tls.Credentials;
import dev.holdfast.ha.tls.NodeCertificate;
import dev.holdfast.ha.tls.PemFile;
import dev.holdfast.postgres.file.DirectoryLock;
import dev.holdfast.postgres.file.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Adds to a directory of certificates, one process at a time. */
public final class CertificateMaking implements AutoCloseable {
  private static final Duration AUTHORITY_VALIDITY = Duration.ofDays(3650);
  private static final int LINE = 64;

  private final CertificateDirectory directory;
  private final Clock clock;
  private final DirectoryLock lock;
  private final Issuer issuer = new Issuer();

  private CertificateMaking(CertificateDirectory directory, Clock clock, DirectoryLock lock) {
    this.directory = directory;
    this.clock = clock;
    this.lock = lock;
  }

  /**
   * Takes the directory, and makes it where it is not there.
   *
   * @param clock by which certificates begin and end
   * @throws HoldfastException lock-acquire (50) when somebody else makes certificates in it;
   *     path-create (47), file-open (41)
   */
  public static CertificateMaking begin(CertificateDirectory directory, Clock clock) {
    Path path = directory.path();
    try {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_CREATE, "unable to create '" + path + "': " + e.getMessage(), e);
    }
    DirectoryLock lock =
        DirectoryLock.take(path.resolve("certificates.lock"))
            .orElseThrow(() ->
                new HoldfastException(
                    ErrorCode.LOCK_ACQUIRE,
                    "certificates are being made in '" + path + "' by somebody else"));
    return new CertificateMaking(directory, clock, lock);
  }

  /**
   * Makes sure that there is a CA; a new one is for ten years.
   *
   * @param renew to have one that is there begin anew, with its key and its name
   * @return whether its certificate was written
   * @throws HoldfastException file-missing (55) when its key is needed and not there; crypto (95)
   *     when its files are not what they should be; file-write (64)
   */
  public boolean authority(boolean renew) {
    String name = CertificateRequest.AUTHORITY;
    Optional<NodeCertificate> before =
        directory.entry(name).map(CertificateDirectory.Entry::certificate);
    Instant now = clock.instant();
    if (before.isEmpty()) {
      write(name, issuer.authority(ownKey(name), now, AUTHORITY_VALIDITY));
      return true;
    }
    if (renew) {
      X509Certificate old = before.get().certificate();
      write(name, issuer.renewed(old, authorityKey(old), now, AUTHORITY_VALIDITY));
    }
    return renew;
  }

  /**
   * Makes sure that there is a certificate, signed by the CA, which must be there. One that has
   * expired is renewed.
   *
   * @param validity how long a new certificate lasts, the CA permitting
   * @param renew to have one that is still valid begin anew, also for names that it does not have
   *     yet, or as a monitor's; what it was for it stays for
   * @return whether a certificate was written
   * @throws HoldfastException param-invalid (96) when one that is there is for another cluster, or
   *     lacks names; file-missing (55), crypto (95), file-write (64) as for the CA
   */
  public boolean node(CertificateRequest request, Duration validity, boolean renew) {
    Instant now = clock.instant();
    X509Certificate authority = authority();
    Optional<CertificateDirectory.Entry> before = directory.entry(request.file());
    if (before.isEmpty()) {
      PrivateKey key = authorityKey(authority);
      PublicKey open = Issuer.open(ownKey(request.file()));
      write(request.file(), issuer.node(request, open, authority, key, now, validity));
      return true;
    }
    NodeCertificate old = before.get().certificate();
    refuseAnotherCluster(request, old);
    if (!renew && !now.isAfter(old.end())) {
      refuseMore(request, old);
      return false;
    }
    PublicKey open = old.certificate().getPublicKey();
    refuseAnotherKey(before.get(), open);
    Set<String> names = new LinkedHashSet<>(request.names());
    names.addAll(old.names());
    write(
        request.file(),
        issuer.node(
            new CertificateRequest(
                List.copyOf(names), request.cluster(), request.monitor() || old.isMonitor()),
            open,
            authority,
            authorityKey(authority),
            now,
            validity));
    return true;
  }

  /** One that is there, as it is, for longer. */
  public void renew(CertificateDirectory.Entry entry, Duration validity) {
    List<String> names = new ArrayList<>(List.of(entry.name()));
    NodeCertificate old = entry.certificate();
    node(new CertificateRequest(names, old.clusters().stream().findFirst(), false), validity, true);
  }

  private X509Certificate authority() {
    NodeCertificate authority =
        directory
            .entry(CertificateRequest.AUTHORITY)
            .orElseThrow(() -> new IllegalStateException("no CA yet"))
            .certificate();
    authority.checkDates("the CA's", clock.instant());
    return authority.certificate();
  }

  private PrivateKey authorityKey(X509Certificate authority) {
    Path file = directory.key(CertificateRequest.AUTHORITY);
    if (!Files.exists(file)) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING,
          "there is no '" + file + "', the key of the CA",
          "Certificates are made where the CA's key is.");
    }
    PrivateKey key = PemFile.key(file, authority.getPublicKey().getAlgorithm());
    if (!Credentials.belong(key, authority.getPublicKey())) {
      throw new HoldfastException(
          ErrorCode.CRYPTO,
          "the key '" + file + "' does not belong to the CA's certificate beside it");
    }
    return key;
  }

  /** The key of a certificate that is not there yet: what a crash has left, or a new one. */
  private PrivateKey ownKey(String name) {
    Path file = directory.key(name);
    if (Files.exists(file)) {
      return PemFile.key(file, "EC");
    }
    PrivateKey key = issuer.newKey();
    DurableFile.write(file, pem("PRIVATE KEY", key.getEncoded()));
    return key;
  }

  private void write(String name, X509Certificate certificate) {
    try {
      DurableFile.write(directory.certificate(name), pem("CERTIFICATE", certificate.getEncoded()));
    } catch (CertificateEncodingException e) {
      throw new HoldfastException(ErrorCode.CRYPTO, "unable to write a certificate: " + e, e);
    }
  }

  private static byte[] pem(String label, byte[] content) {
    String body = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(content);
    return ("-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private void refuseAnotherCluster(CertificateRequest request, NodeCertificate old) {
    if (!old.clusters().equals(Set.copyOf(request.cluster().stream().toList()))) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID,
          "'"
              + directory.certificate(request.file())
              + "' is for "
              + (old.clusters().isEmpty()
                  ? "every cluster"
                  : "cluster " + String.join(", ", old.clusters()))
              + ", not for "
              + request.cluster().map(cluster -> "cluster " + cluster).orElse("every cluster"),
          "Remove the file to make another, or see option stanza.");
    }
  }

  private void refuseMore(CertificateRequest request, NodeCertificate old) {
    List<String> missing = new ArrayList<>(request.names());
    missing.removeAll(old.names());
    if (request.monitor() && !old.isMonitor()) {
      missing.add("a monitor that agrees with others");
    }
    if (!missing.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID,
          "'"
              + directory.certificate(request.file())
              + "' is not for "
              + String.join(", ", missing)
              + ", and is still valid",
          "With --renew it is made again, for that too.");
    }
  }

  /** A pair that does not fit would be found much later, by whoever uses it. */
  private void refuseAnotherKey(CertificateDirectory.Entry entry, PublicKey open) {
    Path file = directory.key(entry.name());
    if (entry.key() && !Credentials.belong(PemFile.key(file, open.getAlgorithm()), open)) {
      throw new HoldfastException(
          ErrorCode.CRYPTO,
          "the key '" + file + "' does not belong to the certificate beside it",
          "Remove the certificate to make another for this key.");
    }
  }

  @Override
  public void close() {
    lock.close();
  }
}
