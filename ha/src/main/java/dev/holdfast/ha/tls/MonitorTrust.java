package dev.holdfast.ha.tls;

import dev.holdfast.domain.HoldfastException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;

/**
 * Whom a client believes to be the monitor. What is wrong travels as the cause of the exception
 * that the JDK asks for.
 */
final class MonitorTrust extends EngineTrust {
  private final Authority authority;
  private final Clock clock;
  private final Consumer<NodeCertificate> believed;

  MonitorTrust(Authority authority, Clock clock, Consumer<NodeCertificate> believed) {
    this.authority = authority;
    this.clock = clock;
    this.believed = believed;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String exchange, SSLEngine engine)
      throws CertificateException {
    try {
      authority.checkServer(chain, exchange, engine, clock.instant());
    } catch (HoldfastException e) {
      throw new CertificateException(e.getMessage(), e);
    }
    believed.accept(new NodeCertificate(chain[0]));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String exchange, SSLEngine engine)
      throws CertificateException {
    throw nameless();
  }
}
