package dev.holdfast.ha.tls;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/** What one end of a connection shows and believes, as its files had it once. */
public final class Credentials {
  private static final int CHALLENGE_BYTES = 32;

  private final Authority authority;
  private final NodeCertificate own;
  private final PresentedKey key;
  private final SSLContext server;

  private Credentials(Authority authority, List<X509Certificate> chain, PrivateKey key) {
    this.authority = authority;
    this.own = new NodeCertificate(chain.getFirst());
    this.key = new PresentedKey(chain, key);
    this.server = context(this.key, new LaterJudgement());
  }

  /**
   * Reads the files.
   *
   * @throws HoldfastException file-missing (55); file-read (42) when one cannot be read, or others
   *     may read the key; crypto (95) when one is not what it should be, or the key is not the
   *     certificate's
   */
  public static Credentials read(TlsFiles files) {
    Authority authority = Authority.read(files.authority());
    List<X509Certificate> chain = PemFile.certificates(files.certificate());
    PublicKey open = chain.getFirst().getPublicKey();
    if (!open.getAlgorithm().equals("EC") && !open.getAlgorithm().equals("RSA")) {
      throw new HoldfastException(
          ErrorCode.CRYPTO,
          "the key of the certificate '" + files.certificate() + "' is " + open.getAlgorithm(),
          "Use one with an EC or an RSA key; holdfast certificates makes them.");
    }
    PrivateKey key = PemFile.key(files.key(), open.getAlgorithm());
    if (!belong(key, open)) {
      throw new HoldfastException(
          ErrorCode.CRYPTO,
          "the key '"
              + files.key()
              + "' does not belong to the certificate '"
              + files.certificate()
              + "'",
          "Each NAME.crt goes with the NAME.key that was made with it.");
    }
    return new Credentials(authority, chain, key);
  }

  /** Whether what one signs the other verifies. */
  public static boolean belong(PrivateKey key, PublicKey open) {
    try {
      byte[] challenge = new byte[CHALLENGE_BYTES];
      new SecureRandom().nextBytes(challenge);
      Signature signature =
          Signature.getInstance(
              "SHA256with" + (open.getAlgorithm().equals("EC") ? "ECDSA" : "RSA"));
      signature.initSign(key);
      signature.update(challenge);
      byte[] signed = signature.sign();
      signature.initVerify(open);
      signature.update(challenge);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** The own certificate. */
  public NodeCertificate own() {
    return own;
  }

  /** For a monitor; whoever connects must still be checked. */
  SSLContext server() {
    return server;
  }

  /**
   * For a client, which connects to nobody but the monitor that it calls.
   *
   * @param believed gets the monitor's certificate at each handshake
   */
  public SSLContext client(Clock clock, Consumer<NodeCertificate> believed) {
    return context(key, new MonitorTrust(authority, clock, believed));
  }

  /**
   * For both ends of a connection between monitors, which believe nobody but monitors.
   *
   * @param believed gets the other end's certificate at each handshake
   * @param refused gets whose it is and what is wrong when it is not believed
   */
  SSLContext amongMonitors(
      Clock clock,
      Consumer<NodeCertificate> believed,
      BiConsumer<String, HoldfastException> refused) {
    return context(key, new PeerTrust(authority, clock, believed, refused));
  }

  /**
   * Makes sure that the certificate that another monitor has shown, who called, is one to believe.
   *
   * @param chain its own first, one at least
   * @throws HoldfastException crypto (95), or access (105) when it is not a monitor's
   */
  public void checkPeer(X509Certificate[] chain, Instant now) {
    authority.checkPeer(chain, now);
  }

  /**
   * Makes sure that the certificate that a client has shown is one to believe.
   *
   * @param chain its own first, one at least
   * @throws HoldfastException crypto (95) with what is wrong
   */
  public void checkClient(X509Certificate[] chain, Instant now) {
    authority.checkClient(chain, now);
  }

  /** TLS 1.3, or 1.2. */
  public static String[] protocols() {
    return new String[] {"TLSv1.3", "TLSv1.2"};
  }

  /** The same, for a connection that begins. */
  public static void protocols(SSLParameters parameters) {
    parameters.setProtocols(protocols());
  }

  private static SSLContext context(KeyManager key, TrustManager trust) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {key}, new TrustManager[] {trust}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new HoldfastException(ErrorCode.CRYPTO, "this Java has no TLS: " + e, e);
    }
  }
}
