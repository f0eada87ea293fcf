package dev.holdfast.ha.certificates;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.tls.NodeCertificate;
import dev.holdfast.ha.tls.PemFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A directory of keys and certificates, as it is now. */
public final class CertificateDirectory {
  private static final String CERTIFICATE = ".crt";
  private static final String KEY = ".key";

  private final Path path;

  /**
   * A certificate that is there.
   *
   * @param name what its files are called
   * @param certificate itself
   * @param key whether its key is there too
   */
  public record Entry(String name, NodeCertificate certificate, boolean key) {
    /** Whether it is the CA's. */
    public boolean isAuthority() {
      return name.equals(CertificateRequest.AUTHORITY);
    }
  }

  /** One that need not be there. */
  public CertificateDirectory(Path path) {
    this.path = path;
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /**
   * What is there, the CA first, then in the order of the names.
   *
   * @throws HoldfastException path-open (53); crypto (95) when a file has no certificate
   */
  public List<Entry> entries() {
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(path)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(CERTIFICATE))
          .map(file -> file.substring(0, file.length() - CERTIFICATE.length()))
          .sorted()
          .forEach(names::add);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_OPEN, "unable to list '" + path + "': " + e.getMessage(), e);
    }
    if (names.remove(CertificateRequest.AUTHORITY)) {
      names.addFirst(CertificateRequest.AUTHORITY);
    }
    return names.stream().map(name -> entry(name).orElseThrow()).toList();
  }

  /**
   * One of them.
   *
   * @throws HoldfastException crypto (95) when its file has no certificate
   */
  public Optional<Entry> entry(String name) {
    Path file = certificate(name);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    return Optional.of(
        new Entry(
            name,
            new NodeCertificate(PemFile.certificates(file).getFirst()),
            Files.exists(key(name))));
  }

  /** The file of a certificate. */
  public Path certificate(String name) {
    return path.resolve(name + CERTIFICATE);
  }

  /** The file of a key. */
  public Path key(String name) {
    return path.resolve(name + KEY);
  }
}
