package dev.holdfast.ha.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trust that is asked by an engine only: nobody else knows whom was called. */
abstract class EngineTrust extends X509ExtendedTrustManager {
  @Override
  public final void checkServerTrusted(X509Certificate[] chain, String exchange, Socket socket)
      throws CertificateException {
    throw nameless();
  }

  @Override
  public final void checkServerTrusted(X509Certificate[] chain, String exchange)
      throws CertificateException {
    throw nameless();
  }

  @Override
  public final void checkClientTrusted(X509Certificate[] chain, String exchange, Socket socket)
      throws CertificateException {
    throw nameless();
  }

  @Override
  public final void checkClientTrusted(X509Certificate[] chain, String exchange)
      throws CertificateException {
    throw nameless();
  }

  static CertificateException nameless() {
    return new CertificateException("only an engine knows whom it called");
  }

  /** None, so that the other end shows what it has, and what is wrong with it can be said. */
  @Override
  public final X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
