package dev.holdfast.ha.tls;

import dev.holdfast.domain.HoldfastException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;

/**
 * Whom a monitor believes to be another one, whoever of the two called: with both it is part of the
 * handshake, because what goes over such a connection is what is decided.
 */
final class PeerTrust extends EngineTrust {
  private final Authority authority;
  private final Clock clock;
  private final Consumer<NodeCertificate> believed;
  private final BiConsumer<String, HoldfastException> refused;

  /** A check of a certificate. */
  private interface Check {
    void run();
  }

  /**
   * By this CA.
   *
   * @param refused gets whose certificate it is, and what is wrong: who is at the other end is told
   *     no more than that it failed
   */
  PeerTrust(
      Authority authority,
      Clock clock,
      Consumer<NodeCertificate> believed,
      BiConsumer<String, HoldfastException> refused) {
    this.authority = authority;
    this.clock = clock;
    this.believed = believed;
    this.refused = refused;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String exchange, SSLEngine engine)
      throws CertificateException {
    NodeCertificate shown = new NodeCertificate(chain[0]);
    check(
        "the monitor ",
        shown,
        () -> {
          authority.checkServer(chain, exchange, engine, clock.instant());
          shown.checkMonitor("the monitor's");
        });
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String exchange, SSLEngine engine)
      throws CertificateException {
    check(
        "the client ",
        new NodeCertificate(chain[0]),
        () -> authority.checkPeer(chain, clock.instant()));
  }

  private void check(String who, NodeCertificate shown, Check check) throws CertificateException {
    try {
      check.run();
    } catch (HoldfastException e) {
      refused.accept(
          who + shown.name(),
          new HoldfastException(
              e.code(),
              "between monitors, " + e.getMessage(),
              e,
              e.hints().toArray(String[]::new)));
      throw new CertificateException(e.getMessage(), e);
    }
    believed.accept(shown);
  }
}
