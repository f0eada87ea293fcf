package dev.holdfast.ha.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.certificates.TestCertificates;
import dev.holdfast.postgres.process.ExternalProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with the files is said when they are read; changed ones are read again. */
class CredentialsTest {
  @TempDir Path path;

  private TestCertificates certificates;
  private TlsFiles files;
  private final AtomicLong nanos = new AtomicLong();
  private final List<String> log = new ArrayList<>();

  @BeforeEach
  void make() {
    certificates = new TestCertificates(path.resolve("tls"));
    files = certificates.files("db1");
  }

  private void refuses(ErrorCode code, String message, TlsFiles wrong) {
    assertThatThrownBy(() -> Credentials.read(wrong))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining(message)
        .satisfies(error -> assertThat(((HoldfastException) error).code()).isEqualTo(code));
  }

  private Path file(String name, String text) throws IOException {
    Path file = Files.writeString(path.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private void openssl(String... words) {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(words));
    ExternalProgram.run(command, Map.of(), Duration.ofSeconds(30)).orThrow("run openssl");
  }

  @Test
  void filesThatAreNotWhatTheyShouldBeAreNamed() throws IOException {
    Path nothing = path.resolve("nothing");
    Path text = file("text", "no PEM at all");
    String pem = Files.readString(files.certificate());
    Path damaged = file("damaged", pem.substring(0, 200) + "!!" + pem.substring(202));
    Path cut = file("cut", pem.substring(0, 300));
    Path other = certificates.files("db2").key();

    refuses(
        ErrorCode.FILE_MISSING,
        "'" + nothing + "'",
        new TlsFiles(nothing, files.certificate(), files.key()));
    refuses(
        ErrorCode.CRYPTO,
        "'" + text + "' cannot be used: it has no certificate",
        new TlsFiles(files.authority(), text, files.key()));
    refuses(
        ErrorCode.CRYPTO,
        "'" + damaged + "' cannot be used",
        new TlsFiles(files.authority(), damaged, files.key()));
    refuses(
        ErrorCode.CRYPTO,
        "'" + cut + "' cannot be used: it has no certificate",
        new TlsFiles(files.authority(), cut, files.key()));
    refuses(
        ErrorCode.CRYPTO,
        "it has no key",
        new TlsFiles(files.authority(), files.certificate(), text));
    refuses(
        ErrorCode.CRYPTO,
        "the key '" + other + "' does not belong to the certificate '" + files.certificate(),
        new TlsFiles(files.authority(), files.certificate(), other));
    refuses(
        ErrorCode.FILE_READ,
        "unable to read '" + path + "'",
        new TlsFiles(files.authority(), path, files.key()));
  }

  @Test
  void aKeyThatOthersMayReadIsRefused() throws IOException {
    for (String mode : List.of("rw----r--", "rw--w----", "rw-r--r--")) {
      Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString(mode));
      refuses(ErrorCode.FILE_READ, "has group or other permissions", files);
    }
    boolean root = Files.getOwner(files.key()).getName().equals("root");
    Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString("rw-r-----"));
    if (root) {
      assertThat(Credentials.read(files).own().name()).isEqualTo("db1");
    } else {
      refuses(ErrorCode.FILE_READ, "has group or other permissions", files);
    }
  }

  @Test
  void takesKeysOfOpensslAndSaysHowToConvertTheOldForms() {
    Path key = path.resolve("rsa.key");
    Path certificate = path.resolve("rsa.crt");
    openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=rsa",
        "-keyout",
        key + "",
        "-out",
        certificate + "");
    assertThat(Credentials.read(new TlsFiles(files.authority(), certificate, key)).own().name())
        .isEqualTo("rsa");

    Path old = path.resolve("old.key");
    openssl("ec", "-in", files.key() + "", "-out", old + "");
    refuses(
        ErrorCode.CRYPTO,
        "is a EC PRIVATE KEY",
        new TlsFiles(files.authority(), files.certificate(), old));
    Path encrypted = path.resolve("encrypted.key");
    openssl(
        "pkcs8", "-topk8", "-in", files.key() + "", "-passout", "pass:x", "-out", encrypted + "");
    refuses(
        ErrorCode.CRYPTO,
        "is a ENCRYPTED PRIVATE KEY",
        new TlsFiles(files.authority(), files.certificate(), encrypted));
    refuses(
        ErrorCode.CRYPTO,
        "it is no EC key",
        new TlsFiles(files.authority(), files.certificate(), key));
  }

  private WatchedCredentials watched() {
    return new WatchedCredentials(files, Clock.systemUTC(), nanos::get, log::add);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void changedFilesAreTakenUpOnceTheyFitTogether() throws IOException {
    WatchedCredentials watched = watched();
    Credentials before = watched.current();
    TlsFiles next = certificates.files("db2");
    Files.copy(next.certificate(), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
    assertThat(watched.current()).as("not looked at each time").isSameAs(before);

    pass(WatchedCredentials.BETWEEN_LOOKS);
    assertThat(watched.current()).as("a certificate without its key").isSameAs(before);
    assertThat(log).singleElement().asString().contains("are not used", "does not belong");

    Files.copy(next.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
    pass(WatchedCredentials.BETWEEN_LOOKS);
    assertThat(watched.current().own().name()).isEqualTo("db2");
    assertThat(log).hasSize(2).last().asString().contains("are in use");

    Credentials now = watched.current();
    pass(WatchedCredentials.BETWEEN_LOOKS);
    assertThat(watched.current()).isSameAs(now);
  }

  @Test
  void warnsOfAnEndThatIsNearOnceADay() {
    TlsFiles near =
        certificates.files("near", Optional.empty(), Clock.systemUTC(), Duration.ofDays(29));
    WatchedCredentials watched =
        new WatchedCredentials(near, Clock.systemUTC(), nanos::get, log::add);
    assertThat(log).singleElement().asString().contains("of 'near', ends in 28 days");
    for (int hour = 0; hour < 23; hour++) {
      pass(Duration.ofHours(1));
      watched.current();
    }
    assertThat(log).hasSize(1);
    pass(Duration.ofHours(1));
    watched.current();
    assertThat(log).hasSize(2);

    watched.seen(Credentials.read(certificates.expired("peer")).own());
    watched.seen(Credentials.read(files).own());
    assertThat(log).hasSize(3).last().asString().contains("the other end's", "'peer', expired at");
  }

  @Test
  void strangersCannotFillALogOrAMemory() {
    Reminders reminders = new Reminders(log::add, nanos::get, Duration.ofHours(1));
    for (int i = 0; i < 5000; i++) {
      reminders.say("stranger " + i, "refused");
    }
    assertThat(log).hasSize(1000);
    pass(Duration.ofHours(1));
    reminders.say("another", "refused");
    assertThat(log).hasSize(1001);
  }
}
