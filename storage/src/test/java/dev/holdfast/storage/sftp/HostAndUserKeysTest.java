package dev.holdfast.storage.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.sftp.HostKeyCheck.AcceptNew;
import dev.holdfast.storage.sftp.HostKeyCheck.Fingerprint;
import dev.holdfast.storage.sftp.HostKeyCheck.Hash;
import dev.holdfast.storage.sftp.HostKeyCheck.Strict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which servers are trusted, and with which keys we get in. */
class HostAndUserKeysTest {
  @TempDir static Path shared;
  private static OpenSshServer server;

  @TempDir Path directory;

  @BeforeAll
  static void startServer() {
    Path rsa = shared.resolve("rsa_host_key");
    OpenSshServer.makeKey(rsa, "", "-t", "rsa");
    server = OpenSshServer.start(shared.resolve("openssh"), "HostKey " + rsa);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  private SftpSettings trusting(HostKeyCheck check) {
    return server.settings(directory, server.port(), Duration.ofSeconds(20), check);
  }

  private static void connects(SftpSettings settings) {
    try (SftpStorage storage = new SftpStorage(settings)) {
      assertThat(storage.info("missing")).isEmpty();
    }
  }

  private static void refuses(SftpSettings settings, ErrorCode code, String... says) {
    try (SftpStorage storage = new SftpStorage(settings)) {
      assertThatThrownBy(() -> storage.info("missing"))
          .isInstanceOfSatisfying(
              HoldfastException.class,
              e -> {
                assertThat(e.code()).isEqualTo(code);
                assertThat(e.describe()).contains(says);
              });
    }
  }

  private Path knownHosts(String... lines) throws IOException {
    Path file = directory.resolve("known_hosts");
    Files.write(file, List.of(lines));
    return file;
  }

  private static String wrongKey() throws IOException {
    return Files.readString(server.publicKey()).strip();
  }

  private static String name() {
    return "[127.0.0.1]:" + server.port();
  }

  @Test
  void trustsAKnownHost() {
    connects(trusting(new Strict(List.of(directory.resolve("none"), server.knownHosts()))));
  }

  @Test
  void trustsAKnownHostWhoseNameIsHashed() throws IOException {
    Path file = knownHosts(server.knownHostsLine().strip());
    OpenSshServer.run(List.of("ssh-keygen", "-q", "-H", "-f", file.toString()));
    assertThat(file).content().doesNotContain("127.0.0.1");

    connects(trusting(new Strict(List.of(file))));
  }

  @Test
  void asksForTheKindOfKeyThatIsKnown() throws IOException {
    String rsa = Files.readString(shared.resolve("rsa_host_key.pub")).strip();
    connects(trusting(new Strict(List.of(knownHosts(name() + " " + rsa)))));
  }

  @Test
  void refusesAHostThatNobodyKnows() throws IOException {
    refuses(
        trusting(new Strict(List.of(knownHosts()))),
        ErrorCode.SERVICE,
        "in no file of known hosts",
        "SHA256:",
        "ssh-keyscan");
  }

  @Test
  void refusesAHostWhoseKeyChanged() throws IOException {
    Path file = knownHosts(name() + " " + wrongKey());

    refuses(trusting(new Strict(List.of(file))), ErrorCode.SERVICE, "is not the known one");
    refuses(
        trusting(new AcceptNew(List.of(file), file)),
        ErrorCode.SERVICE,
        "is not the known one",
        "ssh-keygen -R '" + name() + "'");
  }

  @Test
  void refusesARevokedKey() throws IOException {
    refuses(
        trusting(
            new Strict(
                List.of(
                    knownHosts(
                        "@revoked " + server.knownHostsLine().strip(),
                        server.knownHostsLine().strip())))),
        ErrorCode.SERVICE,
        "revoked");
  }

  @Test
  void writesDownANewHostAndTrustsItFromThenOn() throws IOException {
    Path file = directory.resolve("home/.ssh/known_hosts");
    AcceptNew check = new AcceptNew(List.of(file), file);
    connects(trusting(check));
    String written = Files.readString(file);
    assertThat(written).startsWith(name() + " ").endsWith("\n");
    connects(trusting(check));
    connects(trusting(new Strict(List.of(file))));

    assertThat(Files.readString(file)).isEqualTo(written);
  }

  @Test
  void refusesANewHostThatItCannotWriteDown() throws IOException {
    Path blocked = Files.writeString(directory.resolve("file"), "").resolve("known_hosts");
    refuses(trusting(new AcceptNew(List.of(blocked), blocked)), ErrorCode.SERVICE, "known_hosts");
  }

  private static byte[] hostKeyHash(Hash hash) throws Exception {
    String line = Files.readString(Path.of(server.hostKey() + ".pub"), StandardCharsets.UTF_8);
    byte[] key = Base64.getDecoder().decode(line.split(" ")[1]);
    return MessageDigest.getInstance(hash.algorithm()).digest(key);
  }

  @ParameterizedTest
  @EnumSource(Hash.class)
  void trustsAKeyByItsFingerprint(Hash hash) throws Exception {
    Path known = server.knownHosts();
    String hex = HexFormat.of().formatHex(hostKeyHash(hash));
    // Which of its keys a server shows is agreed on; the one of the fingerprint is its first
    // choice.
    assertThat(known).isNotEmptyFile();
    connects(trusting(new Fingerprint(hash, hex)));
    connects(trusting(new Fingerprint(hash, hash.name() + ":" + hex.toUpperCase())));
    refuses(
        trusting(new Fingerprint(hash, "00" + hex.substring(2))),
        ErrorCode.SERVICE,
        "fingerprint",
        hex);
  }

  @Test
  void takesTheFingerprintThatSshKeygenPrints() throws Exception {
    String printed =
        "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hostKeyHash(Hash.SHA256));
    connects(trusting(new Fingerprint(Hash.SHA256, printed)));
  }

  @Test
  void refusesWhatIsNoFingerprint() {
    assertThatThrownBy(() -> new Fingerprint(Hash.SHA1, "abcd"))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("no sha1 fingerprint");
  }

  private SftpSettings identifiedBy(Path key, Optional<String> passphrase, Optional<Path> half) {
    return new SftpSettings(
        server.host(),
        server.port(),
        server.user(),
        key,
        passphrase,
        half,
        new HostKeyCheck.None(),
        Duration.ofSeconds(20),
        directory.toString(),
        0640,
        0750);
  }

  private static void authorize(Path key) throws IOException {
    Files.write(
        server.authorizedKeys(),
        Files.readAllBytes(Path.of(key + ".pub")),
        StandardOpenOption.APPEND);
  }

  @ParameterizedTest
  @CsvSource({
    "ed25519, ''",
    "ed25519, secret words",
    "ecdsa, ''",
    "rsa, secret words",
    "rsa -m PEM, ''",
    "rsa -m PEM, secret words",
    "ecdsa -m PEM, ''"
  })
  void logsInWithEveryKindOfKey(String type, String passphrase) throws IOException {
    Path key = directory.resolve("key");
    String[] arguments = ("-t " + type).split(" ");
    OpenSshServer.makeKey(key, passphrase, arguments);
    authorize(key);

    connects(
        identifiedBy(
            key,
            passphrase.isEmpty() ? Optional.empty() : Optional.of(passphrase),
            Optional.of(Path.of(key + ".pub"))));
  }

  @Test
  void saysThatAnEncryptedKeyNeedsItsPassphrase() {
    Path key = directory.resolve("key");
    OpenSshServer.makeKey(key, "secret words");

    refuses(
        identifiedBy(key, Optional.empty(), Optional.empty()),
        ErrorCode.SERVICE,
        "repo-sftp-private-key-passphrase",
        key.toString());
    SftpSettings wrong = identifiedBy(key, Optional.of("wrong-words"), Optional.empty());
    refuses(wrong, ErrorCode.SERVICE, key.toString());
    assertThat(wrong.toString()).doesNotContain("wrong-words");
  }

  @Test
  void saysThatTheServerDoesNotTakeTheKey() {
    Path key = directory.resolve("key");
    OpenSshServer.makeKey(key, "");

    refuses(
        identifiedBy(key, Optional.empty(), Optional.empty()),
        ErrorCode.SERVICE,
        "accepts no login of '" + server.user() + "'",
        "authorized_keys");
  }

  @Test
  void namesAKeyThatIsMissingOrIsNone() throws IOException {
    Path none = directory.resolve("none");
    refuses(
        identifiedBy(none, Optional.empty(), Optional.empty()),
        ErrorCode.FILE_MISSING,
        none.toString());
    Files.writeString(none, "no key\n");
    refuses(
        identifiedBy(none, Optional.empty(), Optional.empty()),
        ErrorCode.SERVICE,
        "no private key");
  }

  @Test
  void refusesAPublicKeyOfAnotherPair() {
    Path key = directory.resolve("key");
    OpenSshServer.makeKey(key, "");
    refuses(
        identifiedBy(key, Optional.empty(), Optional.of(server.publicKey())),
        ErrorCode.SERVICE,
        "does not belong");
  }
}
