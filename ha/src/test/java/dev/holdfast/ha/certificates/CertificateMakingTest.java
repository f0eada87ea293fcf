package dev.holdfast.ha.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.tls.NodeCertificate;
import dev.holdfast.ha.tls.TlsFiles;
import dev.holdfast.postgres.process.ExternalProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made is right in the eyes of openssl, and nothing that is there is lost. */
class CertificateMakingTest {
  private static final Duration TWO_YEARS = Duration.ofDays(730);
  private static final Clock NOW = Clock.systemUTC();

  @TempDir Path temporary;

  private Path path;
  private TestCertificates certificates;
  private CertificateDirectory directory;

  @BeforeEach
  void makeAuthority() {
    path = temporary.resolve("tls");
    certificates = new TestCertificates(path);
    directory = certificates.directory();
  }

  private ExternalProgram.Result openssl(String... words) {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(words));
    return ExternalProgram.run(command, Map.of(), Duration.ofSeconds(20));
  }

  private boolean make(String names, Optional<String> cluster, Clock clock, boolean renew) {
    try (CertificateMaking making = CertificateMaking.begin(directory, clock)) {
      return making.node(CertificateRequest.parse(names, cluster, false), TWO_YEARS, renew);
    }
  }

  private NodeCertificate certificate(String name) {
    return directory.entry(name).orElseThrow().certificate();
  }

  private static void refuses(ErrorCode code, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining(message)
        .satisfies(error -> assertThat(((HoldfastException) error).code()).isEqualTo(code));
  }

  @Test
  void opensslAcceptsThemForServersAndClientsUnderTheirNames() {
    make("db1.example,10.0.0.1,::1", Optional.of("main"), NOW, false);
    String file = directory.certificate("db1.example").toString();
    String authority = directory.certificate("ca").toString();
    for (String purpose : List.of("sslserver", "sslclient")) {
      assertThat(
              openssl(
                      "verify",
                      "-x509_strict",
                      "-CAfile",
                      authority,
                      "-purpose",
                      purpose,
                      "-verify_hostname",
                      "db1.example",
                      file)
                  .orThrow("verify")
                  .out())
          .contains("OK");
    }
    assertThat(openssl("verify", "-CAfile", authority, "-verify_ip", "::1", file).succeeded())
        .isTrue();
    assertThat(
            openssl("verify", "-CAfile", authority, "-verify_hostname", "db2.example", file)
                .succeeded())
        .isFalse();
    String text = openssl("x509", "-noout", "-text", "-in", file).orThrow("show").out();
    assertThat(text)
        .contains(
            "URI:holdfast:cluster:main",
            "DNS:db1.example, IP Address:10.0.0.1",
            "CA:FALSE",
            "TLS Web Server Authentication, TLS Web Client Authentication",
            "ecdsa-with-SHA256",
            "NIST CURVE: P-256");
    assertThat(openssl("x509", "-noout", "-text", "-in", authority).orThrow("show").out())
        .contains("CA:TRUE, pathlen:0", "Certificate Sign, CRL Sign");
    assertThat(
            openssl("pkey", "-check", "-noout", "-in", directory.key("db1.example") + "")
                .succeeded())
        .isTrue();
  }

  @Test
  void opensslRefusesOneOfAnotherAuthorityAndOneThatHasExpired() {
    TestCertificates other = new TestCertificates(temporary.resolve("other"));
    TlsFiles expired = certificates.expired("db1");
    assertThat(
            openssl("verify", "-CAfile", expired.authority() + "", expired.certificate() + "")
                .err())
        .contains("certificate has expired");
    String good = certificates.files("db2").certificate().toString();
    assertThat(openssl("verify", "-CAfile", expired.authority() + "", good).succeeded()).isTrue();
    assertThat(
            openssl("verify", "-CAfile", other.directory().certificate("ca") + "", good)
                .succeeded())
        .isFalse();
  }

  @Test
  void whatIsThereAndValidStays() throws IOException {
    assertThat(make("db1", Optional.of("main"), NOW, false)).isTrue();
    byte[] key = Files.readAllBytes(directory.key("db1"));
    byte[] certificate = Files.readAllBytes(directory.certificate("db1"));
    byte[] authority = Files.readAllBytes(directory.certificate("ca"));

    assertThat(make("db1", Optional.of("main"), NOW, false)).isFalse();
    refuses(
        ErrorCode.PARAM_INVALID,
        "is for cluster main, not for cluster other",
        () -> make("db1", Optional.of("other"), NOW, true));
    refuses(
        ErrorCode.PARAM_INVALID,
        "is not for db1.example",
        () -> make("db1,db1.example", Optional.of("main"), NOW, false));
    try (CertificateMaking making = CertificateMaking.begin(directory, NOW)) {
      assertThat(making.authority(false)).isFalse();
    }
    assertThat(Files.readAllBytes(directory.key("db1"))).isEqualTo(key);
    assertThat(Files.readAllBytes(directory.certificate("db1"))).isEqualTo(certificate);
    assertThat(Files.readAllBytes(directory.certificate("ca"))).isEqualTo(authority);
  }

  @Test
  void renewingKeepsTheKeyTheNamesAndTheClusterAlsoWhereTheKeyHasBeenMovedAway()
      throws IOException {
    certificates.files("db1,10.0.0.1", Optional.of("main"), TestCertificates.LONG_AGO, TWO_YEARS);
    byte[] key = Files.readAllBytes(directory.key("db1"));
    NodeCertificate before = certificate("db1");
    assertThat(before.daysLeft(NOW.instant())).isNegative();

    assertThat(make("db1", Optional.of("main"), NOW, false)).as("an expired one").isTrue();
    NodeCertificate once = certificate("db1");
    assertThat(once.daysLeft(NOW.instant())).isEqualTo(729);
    assertThat(once.names()).containsExactly("db1", "10.0.0.1");
    assertThat(once.clusters()).containsExactly("main");
    assertThat(Files.readAllBytes(directory.key("db1"))).isEqualTo(key);

    Files.delete(directory.key("db1"));
    try (CertificateMaking making = CertificateMaking.begin(directory, NOW)) {
      making.renew(directory.entry("db1").orElseThrow(), Duration.ofDays(10));
    }
    NodeCertificate twice = certificate("db1");
    assertThat(twice.daysLeft(NOW.instant())).isEqualTo(9);
    assertThat(twice.certificate().getPublicKey()).isEqualTo(before.certificate().getPublicKey());
    assertThat(twice.certificate().getSerialNumber())
        .isNotEqualTo(once.certificate().getSerialNumber());
    assertThat(directory.entry("db1").orElseThrow().key()).isFalse();
  }

  @Test
  void aRenewedAuthorityStandsForWhatItSignedBefore() {
    TlsFiles files = certificates.files("db1");
    NodeCertificate before = certificate("ca");
    try (CertificateMaking making = CertificateMaking.begin(directory, NOW)) {
      assertThat(making.authority(true)).isTrue();
    }
    assertThat(certificate("ca").end()).isAfter(before.end());
    assertThat(
            openssl("verify", "-CAfile", files.authority() + "", files.certificate() + "")
                .succeeded())
        .isTrue();
  }

  @Test
  void noCertificateOutlivesItsAuthority() {
    certificates.files("db1", Optional.empty(), NOW, Duration.ofDays(3650));
    assertThat(certificate("db1").end()).isEqualTo(certificate("ca").end());
    Clock later = Clock.offset(NOW, Duration.ofDays(3650));
    refuses(
        ErrorCode.CRYPTO,
        "the CA's certificate",
        () -> make("db2", Optional.empty(), later, false));
  }

  @Test
  void aKeyThatACrashLeftWithoutCertificateIsTheKeyOfTheNextRun() throws IOException {
    certificates.files("db1");
    byte[] key = Files.readAllBytes(directory.key("db1"));
    Files.delete(directory.certificate("db1"));
    assertThat(make("db1", Optional.empty(), NOW, false)).isTrue();
    assertThat(Files.readAllBytes(directory.key("db1"))).isEqualTo(key);
    assertThat(openssl("x509", "-noout", "-pubkey", "-in", directory.certificate("db1") + "").out())
        .isEqualTo(openssl("pkey", "-pubout", "-in", directory.key("db1") + "").out());
  }

  @Test
  void onlyTheOwnerMayReadAndOnlyOneMakes() throws IOException {
    certificates.files("db1");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rwx------");
    try (Stream<Path> files = Files.list(path)) {
      assertThat(files)
          .hasSize(5)
          .allSatisfy(file ->
              assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                  .isEqualTo("rw-------"));
    }
    try (CertificateMaking making = CertificateMaking.begin(directory, NOW)) {
      refuses(
          ErrorCode.LOCK_ACQUIRE,
          "by somebody else",
          () -> CertificateMaking.begin(directory, NOW).close());
      assertThat(making.authority(false)).isFalse();
    }
  }

  @Test
  void refusesWhatIsNoNameAndWhatCannotBeSigned() throws IOException {
    for (String wrong : List.of("", "a b", "../x", "a_b", "10.0.0.256", "-a", "a,,b", "ca", "é")) {
      assertThatThrownBy(() -> CertificateRequest.parse(wrong, Optional.empty(), false))
          .as(wrong)
          .isInstanceOf(HoldfastException.class);
    }
    Files.delete(directory.key("ca"));
    refuses(
        ErrorCode.FILE_MISSING,
        "the key of the CA",
        () -> make("db1", Optional.empty(), NOW, false));
  }
}
