package dev.holdfast.ha.tls;

import java.nio.file.Path;

/**
 * Where an end of a connection has its certificates.
 *
 * @param authority certificates of the CAs that are believed, one or more, PEM
 * @param certificate the own one, and after it those between it and its CA where there are any, PEM
 * @param key its key, PKCS#8 in PEM, not encrypted; EC or RSA
 */
public record TlsFiles(Path authority, Path certificate, Path key) {}
