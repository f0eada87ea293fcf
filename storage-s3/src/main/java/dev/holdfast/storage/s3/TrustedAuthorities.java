package dev.holdfast.storage.s3;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** The authorities of {@code repo-storage-ca-file} and {@code repo-storage-ca-path}. */
final class TrustedAuthorities {
  private TrustedAuthorities() {}

  /**
   * Trusts what these authorities signed, and nothing else.
   *
   * @throws HoldfastException file-invalid (28) for what holds no certificates, file-open (41) for
   *     what cannot be read
   */
  static TrustManager[] of(@Nullable Path file, @Nullable Path directory) {
    List<Certificate> certificates = new ArrayList<>();
    if (file != null) {
      certificates.addAll(read(file));
    }
    if (directory != null) {
      certificates.addAll(readAll(directory));
    }
    if (certificates.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.FILE_INVALID,
          "no certificates in '" + (file == null ? directory : file) + "'",
          "repo-storage-ca-file and repo-storage-ca-path name certificates in PEM form.");
    }
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int number = 0; number < certificates.size(); number++) {
        store.setCertificateEntry("authority-" + number, certificates.get(number));
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (GeneralSecurityException | IOException e) {
      throw new HoldfastException(
          ErrorCode.CRYPTO, "unable to prepare the trusted authorities: " + e.getMessage(), e);
    }
  }

  private static List<Certificate> readAll(Path directory) {
    List<Certificate> certificates = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (Files.isRegularFile(file)) {
          certificates.addAll(read(file));
        }
      }
    } catch (IOException e) {
      throw unreadable(directory, e);
    }
    return certificates;
  }

  private static List<Certificate> read(Path file) {
    try (InputStream input = Files.newInputStream(file)) {
      return List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(input));
    } catch (CertificateException e) {
      throw new HoldfastException(
          ErrorCode.FILE_INVALID, "'" + file + "' is no file of certificates in PEM form", e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static HoldfastException unreadable(Path path, IOException e) {
    return new HoldfastException(
        ErrorCode.FILE_OPEN, "unable to read the authorities in '" + path + "': " + e, e);
  }
}
