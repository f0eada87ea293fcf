package dev.holdfast.repository.ini;

import dev.holdfast.codec.cipher.CipherPass;
import java.util.Optional;

/**
 * What every info file and manifest says of itself.
 *
 * @param version the program version that wrote it
 * @param cipherPass the passphrase of the files that it describes; empty when not encrypted
 */
public record InfoHeader(String version, Optional<CipherPass> cipherPass) {}
