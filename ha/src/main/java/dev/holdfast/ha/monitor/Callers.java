package dev.holdfast.ha.monitor;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.tls.Credentials;
import dev.holdfast.ha.tls.NodeCertificate;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Tells who calls, and turns away whoever may not: where there is TLS, all who show no certificate
 * of the CA. A certificate is checked once for each connection and each change of the CA's file;
 * its end at each request, because connections outlive it.
 */
final class Callers {
  private static final String BELIEVED = "holdfast.believed";
  private static final Caller ON_THIS_HOST = new Caller(Optional.empty());

  private final Optional<WatchedCredentials> watched;

  /** What was found out about the other end of a connection, and by which credentials. */
  private record Believed(Credentials by, NodeCertificate certificate) {}

  /**
   * Callers of a socket.
   *
   * @param watched of a socket with TLS
   */
  Callers(Optional<WatchedCredentials> watched) {
    this.watched = watched;
  }

  /**
   * Who sent this.
   *
   * @throws Exchange.Status access (105) for no certificate, crypto (95) for one that is not
   *     believed
   */
  Caller of(HttpExchange http) {
    if (watched.isEmpty()) {
      return ON_THIS_HOST;
    }
    if (!(http instanceof HttpsExchange https)) {
      throw new IllegalStateException("a socket with credentials has no TLS");
    }
    return new Caller(Optional.of(believed(https, watched.get())));
  }

  private static NodeCertificate believed(HttpsExchange https, WatchedCredentials credentials) {
    SSLSession session = https.getSSLSession();
    Credentials current = credentials.current();
    Instant now = credentials.now();
    String who = https.getRemoteAddress().getAddress().getHostAddress();
    try {
      NodeCertificate certificate;
      if (session.getValue(BELIEVED) instanceof Believed before && before.by() == current) {
        certificate = before.certificate();
        certificate.checkDates("the client's", now);
      } else {
        X509Certificate[] chain = chain(session);
        who = new NodeCertificate(chain[0]).name() + " at " + who;
        current.checkClient(chain, now);
        certificate = new NodeCertificate(chain[0]);
        session.putValue(BELIEVED, new Believed(current, certificate));
      }
      credentials.seen(certificate);
      return certificate;
    } catch (HoldfastException e) {
      Exchange.Status refusal =
          new Exchange.Status(
              Exchange.FORBIDDEN,
              e.code(),
              "the monitor refuses: " + e.getMessage(),
              e.hints().toArray(String[]::new));
      credentials.refused(who, new HoldfastException(e.code(), who + ": " + e.getMessage(), e));
      throw refusal;
    }
  }

  private static X509Certificate[] chain(SSLSession session) {
    try {
      Certificate[] shown = session.getPeerCertificates();
      return Arrays.copyOf(shown, shown.length, X509Certificate[].class);
    } catch (SSLPeerUnverifiedException e) {
      throw new HoldfastException(
          ErrorCode.ACCESS,
          "who asks shows no certificate",
          e,
          "See monitor-cert-file and monitor-key-file.");
    }
  }
}
