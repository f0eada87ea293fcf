package dev.holdfast.storage.sftp;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where an SFTP repository is and how to get in.
 *
 * @param host name or address of the server
 * @param port its port, 1 to 65535
 * @param user who to log in as
 * @param privateKey the file of our private key, in OpenSSH's format or PEM
 * @param passphrase what the private key is encrypted with; never shown
 * @param publicKey a file that holds the public key or an OpenSSH certificate of it
 * @param hostKeyCheck which host keys are trusted
 * @param timeout the longest wait for a connection or for an answer
 * @param root the repository's directory on the server, absolute
 * @param fileMode permission bits of new files
 * @param pathMode permission bits of new directories
 */
public record SftpSettings(
    String host,
    int port,
    String user,
    Path privateKey,
    Optional<String> passphrase,
    Optional<Path> publicKey,
    HostKeyCheck hostKeyCheck,
    Duration timeout,
    String root,
    int fileMode,
    int pathMode) {
  /** The port of SSH. */
  public static final int DEFAULT_PORT = 22;

  private static final int MAX_PORT = 65535;

  /** Refuses what cannot name a server or a directory. */
  public SftpSettings {
    if (host.isEmpty() || user.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.OPTION_REQUIRED, "an SFTP repository needs a host and a user");
    }
    if (port < 1 || port > MAX_PORT) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE, "'" + port + "' is no port of an SFTP server");
    }
    if (!root.startsWith("/")) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "the path '" + root + "' of the SFTP repository does not begin with '/'");
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE, "the timeout of an SFTP repository must be positive");
    }
  }

  /** The server for messages, with the port where it is not the usual one. */
  String server() {
    return port == DEFAULT_PORT ? host : host + ":" + port;
  }

  /** The same without the passphrase. */
  @Override
  public String toString() {
    return "SftpSettings[" + user + "@" + server() + root + ", " + hostKeyCheck + "]";
  }
}
