package dev.holdfast.ha.tls;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** The CAs that are believed. Whoever is not, is told why. */
final class Authority {
  private final Path file;
  private final X509ExtendedTrustManager trust;

  private Authority(Path file, X509ExtendedTrustManager trust) {
    this.file = file;
    this.trust = trust;
  }

  /** Those of a file: see {@link PemFile} for what may be wrong with it. */
  static Authority read(Path file) {
    List<X509Certificate> authorities = PemFile.certificates(file);
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("ca" + i, authorities.get(i));
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      for (TrustManager each : factory.getTrustManagers()) {
        if (each instanceof X509ExtendedTrustManager extended) {
          return new Authority(file, extended);
        }
      }
      throw new IllegalStateException("no trust manager for PKIX");
    } catch (GeneralSecurityException | IOException e) {
      throw new HoldfastException(
          ErrorCode.CRYPTO, "the CA's certificates in '" + file + "' cannot be used: " + e, e);
    }
  }

  /**
   * Makes sure that a client's certificate is one to believe.
   *
   * @param chain its own first
   * @throws HoldfastException crypto (95) with what is wrong
   */
  void checkClient(X509Certificate[] chain, Instant now) {
    new NodeCertificate(chain[0]).checkDates("the client's", now);
    try {
      trust.checkClientTrusted(chain, "UNKNOWN");
    } catch (CertificateException e) {
      throw unbelieved("the client's", chain[0], e);
    }
  }

  /**
   * Makes sure that a client's certificate is another monitor's.
   *
   * @param chain its own first
   * @throws HoldfastException crypto (95), access (105) with what is wrong
   */
  void checkPeer(X509Certificate[] chain, Instant now) {
    checkClient(chain, now);
    new NodeCertificate(chain[0]).checkMonitor("the client's");
  }

  /**
   * Makes sure that it is the monitor that was called.
   *
   * @param engine knows under which name it was called
   * @throws HoldfastException crypto (95) with what is wrong
   */
  void checkServer(X509Certificate[] chain, String exchange, SSLEngine engine, Instant now) {
    NodeCertificate shown = new NodeCertificate(chain[0]);
    shown.checkDates("the monitor's", now);
    try {
      trust.checkServerTrusted(chain, exchange);
    } catch (CertificateException e) {
      throw unbelieved("the monitor's", chain[0], e);
    }
    try {
      trust.checkServerTrusted(chain, exchange, engine);
    } catch (CertificateException e) {
      throw new HoldfastException(
          ErrorCode.CRYPTO,
          "the monitor's certificate is for "
              + String.join(", ", shown.names())
              + ", not for '"
              + engine.getPeerHost()
              + "': "
              + e.getMessage(),
          e,
          "Call it by a name that its certificate has, or make one with more names: holdfast"
              + " certificates --renew NAME,OTHER-NAME");
    }
  }

  private HoldfastException unbelieved(
      String whose, X509Certificate shown, CertificateException reason) {
    String subject = whose + " certificate, of '" + new NodeCertificate(shown) + "', ";
    if (signed(shown)) {
      return new HoldfastException(
          ErrorCode.CRYPTO, subject + "cannot be used: " + reason.getMessage(), reason);
    }
    return new HoldfastException(
        ErrorCode.CRYPTO,
        subject + "is not signed by the CA in '" + file + "'",
        reason,
        "All certificates of a monitor, its keepers and its operators come from one CA, whose"
            + " certificate each of them has as monitor-ca-file.");
  }

  private boolean signed(X509Certificate shown) {
    for (X509Certificate each : trust.getAcceptedIssuers()) {
      try {
        shown.verify(each.getPublicKey());
        return true;
      } catch (GeneralSecurityException e) {
        // Not by this one.
        continue;
      }
    }
    return false;
  }
}
