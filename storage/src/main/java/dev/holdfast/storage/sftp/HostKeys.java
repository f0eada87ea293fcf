package dev.holdfast.storage.sftp;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.apache.sshd.client.config.hosts.KnownHostEntry;
import org.apache.sshd.client.keyverifier.ServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether the key that a server shows is the right one, and keeps the refusal, whose reason
 * would otherwise be lost between the threads of the SSH library.
 */
final class HostKeys implements ServerKeyVerifier {
  private static final String REVOKED = "revoked";

  private final String host;
  private final int port;
  private final HostKeyCheck check;
  private volatile @Nullable HoldfastException refusal;

  HostKeys(SftpSettings settings) {
    this.host = settings.host();
    this.port = settings.port();
    this.check = settings.hostKeyCheck();
  }

  /** Why the key was refused, when it was. */
  @Nullable HoldfastException refusal() {
    return refusal;
  }

  /**
   * The types of key that the files of known hosts have for the server, such as {@code
   * ssh-ed25519}: the ones to ask it for, because another of its keys would look like a change.
   */
  List<String> knownTypes() {
    List<String> types = new ArrayList<>();
    for (KnownHostEntry entry : entries()) {
      if (entry.getMarker() == null) {
        types.add(entry.getKeyEntry().getKeyType());
      }
    }
    return types;
  }

  @Override
  public boolean verifyServerKey(ClientSession session, SocketAddress address, PublicKey key) {
    try {
      switch (check) {
        case HostKeyCheck.None() -> {}
        case HostKeyCheck.Fingerprint expected -> requireFingerprint(key, expected);
        case HostKeyCheck.Strict strict -> {
          if (!isKnown(key)) {
            throw unknown(key, strict.knownHosts());
          }
        }
        case HostKeyCheck.AcceptNew accept -> {
          if (!isKnown(key)) {
            remember(key, accept.addTo());
          }
        }
      }
      return true;
    } catch (HoldfastException e) {
      refusal = e;
      return false;
    }
  }

  private void requireFingerprint(PublicKey key, HostKeyCheck.Fingerprint expected) {
    String actual;
    try {
      ByteArrayBuffer bytes = new ByteArrayBuffer();
      bytes.putRawPublicKey(key);
      MessageDigest digest = MessageDigest.getInstance(expected.hash().algorithm());
      actual = HexFormat.of().formatHex(digest.digest(bytes.getCompactData()));
    } catch (GeneralSecurityException e) {
      throw new HoldfastException(
          ErrorCode.SERVICE, "unable to hash the host key of '" + host + "'", e);
    }
    if (!actual.equals(expected.value())) {
      throw new HoldfastException(
          ErrorCode.SERVICE,
          "the host key of '"
              + host
              + "' has the "
              + expected.hash().name().toLowerCase(Locale.ROOT)
              + " fingerprint "
              + actual
              + ", and not the configured "
              + expected.value(),
          "Either the server's key changed, or something else answers in its place.");
    }
  }

  private boolean isKnown(PublicKey key) {
    boolean anotherKey = false;
    for (KnownHostEntry entry : entries()) {
      if (!KeyUtils.compareKeys(key, publicKey(entry))) {
        anotherKey |= entry.getMarker() == null;
      } else if (REVOKED.equals(entry.getMarker())) {
        throw new HoldfastException(
            ErrorCode.SERVICE, "the host key of '" + host + "' is marked as revoked");
      } else if (entry.getMarker() == null) {
        return true;
      }
    }
    if (anotherKey) {
      throw new HoldfastException(
          ErrorCode.SERVICE,
          "the host key of '" + host + "' is not the known one: " + describe(key),
          "Either the server's key changed, or something else answers in its place.",
          "If it changed: ssh-keygen -R '" + name() + "' removes the old one.");
    }
    return false;
  }

  private HoldfastException unknown(PublicKey key, List<Path> files) {
    return new HoldfastException(
        ErrorCode.SERVICE,
        "the host key of '" + host + "' is in no file of known hosts: " + describe(key),
        "Looked at "
            + String.join(", ", files.stream().map(Path::toString).toList())
            + " as the user '"
            + System.getProperty("user.name")
            + "'.",
        "After comparing the fingerprint: ssh-keyscan -p " + port + " " + host + " >> the file.");
  }

  /**
   * Appends one line with one write, so that two who do it at once leave two lines. It must work:
   * else every connection would trust whatever key it is shown.
   */
  private void remember(PublicKey key, Path file) {
    byte[] line =
        (name() + " " + PublicKeyEntry.toString(key) + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      Path directory = file.toAbsolutePath().getParent();
      if (directory != null && !Files.isDirectory(directory)) {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      Files.write(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.SERVICE,
          "unable to add the host key of '" + host + "' to '" + file + "': " + e.getMessage(),
          e,
          "Make the file writable, name another one with repo-sftp-known-host, or check the"
              + " fingerprint instead (repo-sftp-host-key-check-type=fingerprint).");
    }
  }

  /** The host as files of known hosts write it. */
  private String name() {
    return port == SftpSettings.DEFAULT_PORT ? host : "[" + host + "]:" + port;
  }

  private static String describe(PublicKey key) {
    return KeyUtils.getKeyType(key) + " " + KeyUtils.getFingerPrint(key);
  }

  private List<KnownHostEntry> entries() {
    List<Path> files =
        switch (check) {
          case HostKeyCheck.Strict strict -> strict.knownHosts();
          case HostKeyCheck.AcceptNew accept -> {
            List<Path> all = new ArrayList<>(accept.knownHosts());
            if (!all.contains(accept.addTo())) {
              all.add(accept.addTo());
            }
            yield all;
          }
          case HostKeyCheck.Fingerprint _, HostKeyCheck.None _ -> List.of();
        };
    List<KnownHostEntry> entries = new ArrayList<>();
    for (Path file : files) {
      try {
        for (KnownHostEntry entry : KnownHostEntry.readKnownHostEntries(file)) {
          if (entry.isHostMatch(host, port)) {
            entries.add(entry);
          }
        }
      } catch (NoSuchFileException e) {
        // Of the usual files most are missing.
      } catch (IOException | RuntimeException e) {
        throw new HoldfastException(
            ErrorCode.SERVICE,
            "unable to read the known hosts in '" + file + "': " + e.getMessage(),
            e);
      }
    }
    return entries;
  }

  private static @Nullable PublicKey publicKey(KnownHostEntry known) {
    AuthorizedKeyEntry entry = known.getKeyEntry();
    try {
      return entry.resolvePublicKey(null, PublicKeyEntryResolver.IGNORING);
    } catch (IOException | GeneralSecurityException e) {
      return null; // A kind of key that this library does not know equals none that it shows.
    }
  }
}
