package dev.holdfast.ha.tls;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file of PEM blocks (RFC 7468). Every method throws {@link HoldfastException}: file-missing
 * (55), file-read (42) when it cannot be read or may be read by others, crypto (95) when it is not
 * what it should be.
 */
public final class PemFile {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String KEY = "PRIVATE KEY";

  /** A chain has some kilobytes; a bundle of every public CA a quarter of a megabyte. */
  private static final long LARGEST = 4L << 20;

  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE);

  private final Path path;
  private final String text;

  private record Block(String label, byte[] content) {}

  private PemFile(Path path, String text) {
    this.path = path;
    this.text = text;
  }

  /** The certificates in a file, in its order, one at least. */
  public static List<X509Certificate> certificates(Path path) {
    PemFile file = read(path);
    List<X509Certificate> found = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Block block : file.blocks()) {
        if (block.label().equals(CERTIFICATE)) {
          found.add(
              (X509Certificate)
                  factory.generateCertificate(new ByteArrayInputStream(block.content())));
        }
      }
    } catch (CertificateException e) {
      throw file.invalid("it has a certificate that cannot be understood", e);
    }
    if (found.isEmpty()) {
      throw file.invalid("it has no certificate in PEM (-----BEGIN CERTIFICATE-----)", null);
    }
    return List.copyOf(found);
  }

  /**
   * The key in a file, which only its owner may read; when that is root, its group too:
   * pgBackRest's rule for its own TLS keys, and PostgreSQL's.
   *
   * @param algorithm of the certificate's public key: EC or RSA
   */
  public static PrivateKey key(Path path, String algorithm) {
    refuseOpen(path);
    PemFile file = read(path);
    for (Block block : file.blocks()) {
      if (block.label().equals(KEY)) {
        try {
          return KeyFactory.getInstance(algorithm)
              .generatePrivate(new PKCS8EncodedKeySpec(block.content()));
        } catch (GeneralSecurityException e) {
          // The exception of the JDK may quote the key.
          throw file.invalid("it is no " + algorithm + " key, as the certificate's is", null);
        }
      }
      if (block.label().endsWith(KEY)) {
        throw new HoldfastException(
            ErrorCode.CRYPTO,
            "the key '" + path + "' is a " + block.label() + ", not a PRIVATE KEY",
            "Convert it: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW");
      }
    }
    throw file.invalid("it has no key in PEM (-----BEGIN PRIVATE KEY-----)", null);
  }

  private static void refuseOpen(Path path) {
    try {
      PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class);
      Set<PosixFilePermission> mode = attributes.permissions();
      boolean group =
          mode.contains(PosixFilePermission.GROUP_READ)
              && !attributes.owner().getName().equals("root");
      if (group || mode.stream().anyMatch(OTHERS::contains)) {
        throw new HoldfastException(
            ErrorCode.FILE_READ,
            "key file '" + path + "' has group or other permissions",
            "chmod 0600 it; one that belongs to root may be 0640.");
      }
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static PemFile read(Path path) {
    try {
      if (Files.size(path) > LARGEST) {
        throw new HoldfastException(
            ErrorCode.CRYPTO, "'" + path + "' is too large for a file of certificates");
      }
      // Whatever is no text is no PEM either; each byte is some character here.
      return new PemFile(path, new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      try {
        blocks.add(
            new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2).strip())));
      } catch (IllegalArgumentException e) {
        throw invalid("its block " + matcher.group(1) + " is damaged", null);
      }
    }
    return blocks;
  }

  private HoldfastException invalid(String reason, @Nullable Throwable e) {
    return new HoldfastException(
        ErrorCode.CRYPTO,
        "'" + path + "' cannot be used: " + reason,
        e,
        "holdfast certificates makes what is needed.");
  }

  private static HoldfastException unreadable(Path path, IOException e) {
    if (e instanceof NoSuchFileException) {
      return new HoldfastException(
          ErrorCode.FILE_MISSING,
          "there is no file '" + path + "'",
          e,
          "holdfast certificates makes it; see monitor-ca-file, monitor-cert-file and"
              + " monitor-key-file.");
    }
    return new HoldfastException(
        ErrorCode.FILE_READ,
        "unable to read '" + path + "': " + e,
        e,
        "The user that runs this needs to read it.");
  }
}
