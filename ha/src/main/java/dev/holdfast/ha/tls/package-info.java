/**
 * TLS between the monitor and whoever talks to it, from three PEM files at each end: certificates
 * of the CAs that are believed, the own certificate, and its key.
 *
 * <pre>
 *   Credentials          what the files say, checked, and the JDK's contexts made of it
 *   WatchedCredentials   the same, read again when the files change; warns of what ends soon
 *   NodeCertificate      one certificate: whose it is, for which cluster, until when
 *   Authority            whether a certificate is believed, and if not why
 *   PeerTrust            the same between monitors that agree
 * </pre>
 *
 * <p>A certificate may be bound to clusters, by URIs among its subject's alternative names: {@code
 * holdfast:cluster:NAME}. It then speaks for these alone; one without is an operator's or a
 * monitor's, and speaks for all. Monitors that agree believe each other only with the URI {@code
 * holdfast:monitor}: whoever takes part in what they decide can change all of it, also what an
 * operator may not, and an operator's certificate is on many more desks.
 *
 * <p>The client checks the monitor's certificate and name while it connects, and sends nothing
 * before. The monitor asks for a certificate while the client connects, which proves that the
 * client has its key; whether the certificate is believed is decided before the first request is
 * looked at, and again before each, so that the answer can say what is wrong: an alert of TLS has
 * no words, and the JDK's server sends none.
 */
@NullMarked
package dev.holdfast.ha.tls;

import org.jspecify.annotations.NullMarked;
