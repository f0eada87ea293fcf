package dev.holdfast.ha.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Lets every client finish the handshake. It is half of a check: the other half is {@link
 * Credentials#checkClient}, without which nothing that such a client asks for may be done. See the
 * package for why.
 */
final class LaterJudgement extends X509ExtendedTrustManager {
  @Override
  public void checkClientTrusted(X509Certificate[] chain, String exchange, SSLEngine engine) {}

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String exchange, Socket socket) {}

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String exchange) {}

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String exchange, SSLEngine engine)
      throws CertificateException {
    throw noClient();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String exchange, Socket socket)
      throws CertificateException {
    throw noClient();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String exchange)
      throws CertificateException {
    throw noClient();
  }

  private static CertificateException noClient() {
    return new CertificateException("a monitor is no client");
  }

  /** None, so that clients show what they have. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
