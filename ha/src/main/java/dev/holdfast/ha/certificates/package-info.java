/**
 * Makes a CA, and the certificates of those who talk to a monitor.
 *
 * <pre>
 *   CERTIFICATES-PATH/          mode 0700; belongs to whoever may make certificates
 *     certificates.lock         held while something is made
 *     ca.key   ca.crt           the CA: ten years; its key signs, and is needed nowhere else
 *     NAME.key NAME.crt         one for each node, monitor and operator, under its first name
 * </pre>
 *
 * <p>All files are PEM, keys PKCS#8, of mode 0600. A key is written before its certificate, each
 * whole or not at all; what a crash leaves is a key without one, with which the next run goes on. A
 * key that is there is never written again: renewing keeps it and replaces the certificate, so that
 * whoever reads the two at any moment has a pair. A NAME.key may be moved to where it belongs;
 * renewing does without it.
 *
 * <p>Keys are EC P-256, signatures SHA-256 with ECDSA. A certificate is for servers and clients
 * alike, since a host may be both; it begins an hour early, for hosts whose clocks differ, and ends
 * no later than its CA's.
 */
@NullMarked
package dev.holdfast.ha.certificates;

import org.jspecify.annotations.NullMarked;
