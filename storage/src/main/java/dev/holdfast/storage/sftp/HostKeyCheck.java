package dev.holdfast.storage.sftp;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Which host keys of a server are trusted: pgBackRest's four ways. */
public sealed interface HostKeyCheck {
  /**
   * Only keys that stand in a file of known hosts.
   *
   * @param knownHosts files in OpenSSH's format; those that are missing count as empty
   */
  record Strict(List<Path> knownHosts) implements HostKeyCheck {
    /** Copies the list. */
    public Strict {
      knownHosts = List.copyOf(knownHosts);
    }
  }

  /**
   * Like {@link Strict}, but the key of a host that no file knows is accepted and written down.
   *
   * @param knownHosts files that are looked at
   * @param addTo the file that new hosts are added to, made when it is missing
   */
  record AcceptNew(List<Path> knownHosts, Path addTo) implements HostKeyCheck {
    /** Copies the list. */
    public AcceptNew {
      knownHosts = List.copyOf(knownHosts);
    }
  }

  /**
   * Only the key with this hash.
   *
   * @param hash how the key was hashed
   * @param value the hash in lower-case hexadecimal digits
   */
  record Fingerprint(Hash hash, String value) implements HostKeyCheck {
    /**
     * Takes the hash as pgBackRest wants it (hexadecimal digits) and as ssh-keygen prints it: with
     * the hash's name in front, with colons, or SHA-256 in base64.
     */
    public Fingerprint {
      String digits = value.strip();
      if (digits.regionMatches(true, 0, hash.name() + ":", 0, hash.name().length() + 1)) {
        digits = digits.substring(hash.name().length() + 1);
      }
      String plain = digits.replace(":", "").toLowerCase(Locale.ROOT);
      if (plain.length() == 2 * hash.bytes && plain.matches("[0-9a-f]*")) {
        value = plain;
      } else {
        value = fromBase64(hash, digits, value);
      }
    }

    private static String fromBase64(Hash hash, String digits, String given) {
      try {
        byte[] decoded = Base64.getDecoder().decode(digits);
        if (decoded.length == hash.bytes) {
          return HexFormat.of().formatHex(decoded);
        }
      } catch (IllegalArgumentException e) {
        // Falls through to the same refusal as a hash of another length.
      }
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "'"
              + given
              + "' is no "
              + hash.name().toLowerCase(Locale.ROOT)
              + " fingerprint of a host key",
          "It has " + 2 * hash.bytes + " hexadecimal digits.",
          "On the server: ssh-keygen -l -E "
              + hash.name().toLowerCase(Locale.ROOT)
              + " -f /etc/ssh/ssh_host_ed25519_key.pub");
    }
  }

  /** Any key: whoever can answer at the server's address can read and change the repository. */
  record None() implements HostKeyCheck {}

  /** The hashes that a fingerprint can be made with. */
  enum Hash {
    /** 16 bytes; ssh-keygen's old one. */
    MD5("MD5", 16),
    /** 20 bytes. */
    SHA1("SHA-1", 20),
    /** 32 bytes; ssh-keygen's. */
    SHA256("SHA-256", 32);

    private final String algorithm;
    private final int bytes;

    Hash(String algorithm, int bytes) {
      this.algorithm = algorithm;
      this.bytes = bytes;
    }

    /** The name by which the JDK knows it. */
    String algorithm() {
      return algorithm;
    }
  }
}
