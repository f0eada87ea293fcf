/**
 * The repository's encryption: AES-256 in CBC mode with PKCS #7 padding.
 *
 * <p>A file begins with the eight bytes {@code Salted__} and eight bytes of salt; in raw mode
 * (inside bundles and block-incremental files) with the salt alone. Key and initialisation vector
 * come from the passphrase and the salt by OpenSSL's {@code EVP_BytesToKey} with SHA-1 and one
 * iteration, so that {@code openssl enc -d -aes-256-cbc -md sha1} reads a file that is not raw.
 *
 * <p>The mode has no authentication: a wrong passphrase or damage is noticed by the padding, with a
 * chance of 1 in 256 not to be. What was decrypted must therefore be checked by its own checksum,
 * which everything in the repository has.
 */
@NullMarked
package dev.holdfast.codec.cipher;

import org.jspecify.annotations.NullMarked;
