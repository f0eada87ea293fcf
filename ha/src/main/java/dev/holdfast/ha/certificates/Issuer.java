package dev.holdfast.ha.certificates;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.tls.NodeCertificate;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.jce.ECNamedCurveTable;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Signs certificates. Bouncy Castle writes them; keys and signatures are the JDK's. */
final class Issuer {
  private static final String CURVE = "secp256r1";
  private static final int SERIAL_BITS = 127;
  private static final int LONGEST_COMMON_NAME = 64;
  private static final int LABEL_BYTES = 4;
  private static final Duration CLOCKS_DIFFER = Duration.ofHours(1);

  private final SecureRandom random = new SecureRandom();

  /** A new key. */
  PrivateKey newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(CURVE), random);
      return generator.generateKeyPair().getPrivate();
    } catch (GeneralSecurityException e) {
      throw failed(e);
    }
  }

  /** The public half of a key of {@link #newKey}. */
  static PublicKey open(PrivateKey key) {
    if (!(key instanceof ECPrivateKey ec)) {
      throw new HoldfastException(ErrorCode.CRYPTO, "the key is not an EC key");
    }
    try {
      ECPoint point =
          ECNamedCurveTable.getParameterSpec(CURVE).getG().multiply(ec.getS()).normalize();
      return KeyFactory.getInstance("EC")
          .generatePublic(
              new ECPublicKeySpec(
                  new java.security.spec.ECPoint(
                      point.getAffineXCoord().toBigInteger(),
                      point.getAffineYCoord().toBigInteger()),
                  ec.getParams()));
    } catch (GeneralSecurityException e) {
      throw failed(e);
    }
  }

  /** The certificate of a CA, signed by itself, under a name that no other CA has. */
  X509Certificate authority(PrivateKey key, Instant now, Duration validity) {
    byte[] label = new byte[LABEL_BYTES];
    random.nextBytes(label);
    X500Name name = name("Holdfast CA " + HexFormat.of().formatHex(label));
    return authority(name, key, open(key), now, validity);
  }

  /** The same CA, for longer: name and key stay, so that what it has signed stays signed. */
  X509Certificate renewed(
      X509Certificate authority, PrivateKey key, Instant now, Duration validity) {
    X500Name name = X500Name.getInstance(authority.getSubjectX500Principal().getEncoded());
    return authority(name, key, authority.getPublicKey(), now, validity);
  }

  private X509Certificate authority(
      X500Name name, PrivateKey key, PublicKey open, Instant now, Duration validity) {
    try {
      X509v3CertificateBuilder builder =
          builder(name, name, open, now, now.plus(validity))
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
              .addExtension(
                  Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      return signed(builder, key);
    } catch (CertIOException | GeneralSecurityException e) {
      throw failed(e);
    }
  }

  /** A certificate for a server and client, signed by a CA. */
  X509Certificate node(
      CertificateRequest request,
      PublicKey open,
      X509Certificate authority,
      PrivateKey key,
      Instant now,
      Duration validity) {
    Instant wanted = now.plus(validity);
    Instant last = authority.getNotAfter().toInstant();
    try {
      String first = request.file();
      X509v3CertificateBuilder builder =
          builder(
                  X500Name.getInstance(authority.getSubjectX500Principal().getEncoded()),
                  name(first.substring(0, Math.min(first.length(), LONGEST_COMMON_NAME))),
                  open,
                  now,
                  wanted.isBefore(last) ? wanted : last)
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
              .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
              .addExtension(
                  Extension.extendedKeyUsage,
                  false,
                  new ExtendedKeyUsage(
                      new KeyPurposeId[] {
                        KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                      }))
              .addExtension(Extension.subjectAlternativeName, false, alternatives(request))
              .addExtension(
                  Extension.authorityKeyIdentifier,
                  false,
                  new JcaX509ExtensionUtils()
                      .createAuthorityKeyIdentifier(authority.getPublicKey()));
      return signed(builder, key);
    } catch (CertIOException | GeneralSecurityException e) {
      throw failed(e);
    }
  }

  private X509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, PublicKey open, Instant now, Instant end)
      throws CertIOException, GeneralSecurityException {
    return new X509v3CertificateBuilder(
            issuer,
            new BigInteger(SERIAL_BITS, random).setBit(0),
            Date.from(now.minus(CLOCKS_DIFFER)),
            Date.from(end),
            subject,
            SubjectPublicKeyInfo.getInstance(open.getEncoded()))
        .addExtension(
            Extension.subjectKeyIdentifier,
            false,
            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(open));
  }

  private static X500Name name(String common) {
    return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, common).build();
  }

  private static GeneralNames alternatives(CertificateRequest request) {
    List<GeneralName> names = new ArrayList<>();
    for (String name : request.names()) {
      int kind = CertificateRequest.isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName;
      names.add(new GeneralName(kind, name));
    }
    request
        .cluster()
        .map(NodeCertificate::clusterUri)
        .ifPresent(uri -> names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
    if (request.monitor()) {
      names.add(
          new GeneralName(GeneralName.uniformResourceIdentifier, NodeCertificate.monitorUri()));
    }
    return new GeneralNames(names.toArray(GeneralName[]::new));
  }

  private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException {
    String algorithm = key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(key)));
    } catch (OperatorCreationException e) {
      throw failed(e);
    }
  }

  private static HoldfastException failed(Exception e) {
    return new HoldfastException(ErrorCode.CRYPTO, "unable to make a certificate: " + e, e);
  }
}
