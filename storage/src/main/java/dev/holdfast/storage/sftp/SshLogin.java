package dev.holdfast.storage.sftp;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.OpenSshCertificate;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.io.resource.PathResource;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.sftp.SftpModuleProperties;
import org.jspecify.annotations.Nullable;

/**
 * Connects, checks the host key, and logs in with the private key. The configuration of the
 * system's ssh does not take part, as in pgBackRest.
 */
final class SshLogin {
  private static final String LOGGING_VERBOSITY = "slf4j.internal.verbosity";

  static {
    // Where nobody listens to the library's log, the logging facade would say so on standard error.
    if (System.getProperty(LOGGING_VERBOSITY) == null) {
      System.setProperty(LOGGING_VERBOSITY, "ERROR");
    }
  }

  private static final Duration HEARTBEAT = Duration.ofSeconds(30);
  private static final long WINDOW_BYTES = 4L * 1024 * 1024;

  /** Those that the processor has instructions for go first. */
  private static final List<BuiltinCiphers> FAST_CIPHERS =
      List.of(BuiltinCiphers.aes128gcm, BuiltinCiphers.aes256gcm);

  private final SftpSettings settings;

  SshLogin(SftpSettings settings) {
    this.settings = settings;
  }

  /**
   * A session that is logged in.
   *
   * @throws HoldfastException host-connect (49) when trying again may help; service (101) when the
   *     host key or our key is refused
   */
  SftpSession open() {
    JdkEd25519.register();
    KeyPair identity = identity();
    HostKeys hostKeys = new HostKeys(settings);
    SshClient client = client(hostKeys);
    boolean opened = false;
    try {
      client.start();
      ClientSession session = connect(client);
      session.addPublicKeyIdentity(identity);
      authenticate(session, hostKeys);
      opened = true;
      return new SftpSession(client, session, settings);
    } finally {
      if (!opened) {
        client.close(true);
      }
    }
  }

  private ClientSession connect(SshClient client) {
    try {
      return client
          .connect(settings.user(), settings.host(), settings.port())
          .verify(settings.timeout())
          .getClientSession();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.HOST_CONNECT,
          "unable to connect to the SFTP server '" + settings.server() + "': " + reason(e),
          e);
    }
  }

  private void authenticate(ClientSession session, HostKeys hostKeys) {
    try {
      session.auth().verify(settings.timeout());
    } catch (IOException e) {
      HoldfastException refusal = hostKeys.refusal();
      if (refusal != null) {
        throw refusal;
      }
      String user = settings.user();
      if (session.isOpen() && String.valueOf(e.getMessage()).contains("authentication methods")) {
        throw new HoldfastException(
            ErrorCode.SERVICE,
            "the SFTP server '"
                + settings.server()
                + "' accepts no login of '"
                + user
                + "' with the key '"
                + settings.privateKey()
                + "'",
            e,
            "Is the public key in ~"
                + user
                + "/.ssh/authorized_keys on the server, and can nobody"
                + " but '"
                + user
                + "' write that file and the directories above it?",
            "The server's log of logins tells why.");
      }
      throw new HoldfastException(
          ErrorCode.HOST_CONNECT,
          "unable to log in to the SFTP server '" + settings.server() + "': " + reason(e),
          e);
    }
  }

  private SshClient client(HostKeys hostKeys) {
    SshClient client = SshClient.setUpDefaultClient();
    client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
    client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
    client.setUserAuthFactories(List.of(UserAuthPublicKeyFactory.INSTANCE));
    client.setServerKeyVerifier(hostKeys);
    client.setCipherFactories(fastFirst(client.getCipherFactories()));
    client.setSignatureFactories(knownFirst(client.getSignatureFactories(), hostKeys));
    Duration timeout = settings.timeout();
    CoreModuleProperties.IO_CONNECT_TIMEOUT.set(client, timeout);
    CoreModuleProperties.AUTH_TIMEOUT.set(client, timeout);
    CoreModuleProperties.CHANNEL_OPEN_TIMEOUT.set(client, timeout);
    // Whoever waits for an answer has a timeout; that nobody asks anything is no failure.
    CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO);
    CoreModuleProperties.NIO2_READ_TIMEOUT.set(client, Duration.ZERO);
    CoreModuleProperties.HEARTBEAT_INTERVAL.set(client, HEARTBEAT);
    CoreModuleProperties.WINDOW_SIZE.set(client, WINDOW_BYTES);
    SftpModuleProperties.SFTP_CHANNEL_OPEN_TIMEOUT.set(client, timeout);
    return client;
  }

  private static List<NamedFactory<Cipher>> fastFirst(List<NamedFactory<Cipher>> ciphers) {
    List<NamedFactory<Cipher>> sorted = new ArrayList<>(ciphers);
    sorted.sort(
        Comparator.comparingInt(cipher ->
            FAST_CIPHERS.stream().anyMatch(fast -> fast.getName().equals(cipher.getName()))
                ? 0
                : 1));
    return sorted;
  }

  private static List<NamedFactory<Signature>> knownFirst(
      List<NamedFactory<Signature>> signatures, HostKeys hostKeys) {
    Set<String> known = new HashSet<>(hostKeys.knownTypes());
    List<NamedFactory<Signature>> sorted = new ArrayList<>(signatures);
    sorted.sort(
        Comparator.comparingInt(signature ->
            known.contains(KeyUtils.getCanonicalKeyType(signature.getName())) ? 0 : 1));
    return sorted;
  }

  private KeyPair identity() {
    FilePasswordProvider passphrase =
        settings.passphrase().map(FilePasswordProvider::of).orElse(FilePasswordProvider.EMPTY);
    try (InputStream input = Files.newInputStream(settings.privateKey())) {
      Iterable<KeyPair> pairs =
          SecurityUtils.loadKeyPairIdentities(
              null, new PathResource(settings.privateKey()), input, passphrase);
      if (pairs != null) {
        for (KeyPair pair : pairs) {
          return withPublicKeyFile(pair);
        }
      }
    } catch (NoSuchFileException e) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING, "the private key '" + settings.privateKey() + "' is missing", e);
    } catch (IOException | GeneralSecurityException e) {
      throw new HoldfastException(
          ErrorCode.SERVICE,
          "unable to read the private key '" + settings.privateKey() + "': " + reason(e),
          e,
          settings.passphrase().isPresent()
              ? "Is repo-sftp-private-key-passphrase the passphrase of this key?"
              : "If the key is encrypted, it needs repo-sftp-private-key-passphrase.");
    }
    throw new HoldfastException(
        ErrorCode.SERVICE,
        "the file '" + settings.privateKey() + "' holds no private key",
        "Keys made with ssh-keygen (OpenSSH's format or -m PEM) can be read.");
  }

  /** The public half that a certificate replaces; any other must belong to the private key. */
  private KeyPair withPublicKeyFile(KeyPair pair) throws IOException, GeneralSecurityException {
    if (settings.publicKey().isEmpty()) {
      return pair;
    }
    String text = Files.readString(settings.publicKey().get(), StandardCharsets.UTF_8);
    AuthorizedKeyEntry entry = AuthorizedKeyEntry.parseAuthorizedKeyEntry(text.strip());
    @Nullable PublicKey key =
        entry == null ? null : entry.resolvePublicKey(null, PublicKeyEntryResolver.IGNORING);
    @Nullable PublicKey plain =
        key instanceof OpenSshCertificate certificate ? certificate.getCertPubKey() : key;
    if (key == null || !KeyUtils.compareKeys(plain, pair.getPublic())) {
      throw new HoldfastException(
          ErrorCode.SERVICE,
          "the public key '"
              + settings.publicKey().get()
              + "' does not belong to the private key '"
              + settings.privateKey()
              + "'");
    }
    return new KeyPair(key, pair.getPrivate());
  }

  static String reason(Exception failure) {
    Throwable deepest = failure;
    while (deepest.getCause() != null && deepest.getCause() != deepest) {
      deepest = deepest.getCause();
    }
    String message = deepest.getMessage();
    return message == null || message.isEmpty() ? deepest.getClass().getSimpleName() : message;
  }
}
