package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.posix.PosixStorage;
import dev.holdfast.storage.sftp.HostKeyCheck;
import dev.holdfast.storage.sftp.SftpSettings;
import dev.holdfast.storage.sftp.SftpStorage;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Makes the repositories of type sftp. A class of its own, so that the SSH library is loaded only
 * for those who have one.
 */
final class SftpRepositories {
  private SftpRepositories() {}

  static Storage storage(Options options, int key) {
    return new SftpStorage(
        new SftpSettings(
            options.string("repo-sftp-host", key),
            options.integer("repo-sftp-host-port", key),
            options.string("repo-sftp-host-user", key),
            file(options.string("repo-sftp-private-key-file", key)),
            options.optional("repo-sftp-private-key-passphrase", key),
            options.optional("repo-sftp-public-key-file", key).map(SftpRepositories::file),
            hostKeyCheck(options, key),
            options.duration("io-timeout"),
            options.path("repo-path", key).toString(),
            PosixStorage.DEFAULT_FILE_MODE,
            PosixStorage.DEFAULT_PATH_MODE));
  }

  private static HostKeyCheck hostKeyCheck(Options options, int key) {
    String type = options.string("repo-sftp-host-key-check-type", key);
    return switch (type) {
      case "none" -> new HostKeyCheck.None();
      case "fingerprint" ->
          new HostKeyCheck.Fingerprint(
              HostKeyCheck.Hash.valueOf(
                  options.string("repo-sftp-host-key-hash-type", key).toUpperCase(Locale.ROOT)),
              options
                  .optional("repo-sftp-host-fingerprint", key)
                  .orElseThrow(() ->
                      new HoldfastException(
                          ErrorCode.OPTION_REQUIRED,
                          "option 'repo"
                              + key
                              + "-sftp-host-key-check-type' is 'fingerprint', but there is no"
                              + " 'repo"
                              + key
                              + "-sftp-host-fingerprint'")));
      case "accept-new" -> {
        List<Path> files = knownHosts(options, key);
        yield new HostKeyCheck.AcceptNew(files, files.getFirst());
      }
      default -> new HostKeyCheck.Strict(knownHosts(options, key));
    };
  }

  /** The files that are named, else those that ssh looks at, ours first. */
  private static List<Path> knownHosts(Options options, int key) {
    if (options.has("repo-sftp-known-host", key)) {
      return options.list("repo-sftp-known-host", key).stream()
          .map(SftpRepositories::file)
          .toList();
    }
    return List.of(
        file("~/.ssh/known_hosts"),
        file("~/.ssh/known_hosts2"),
        Path.of("/etc/ssh/ssh_known_hosts"),
        Path.of("/etc/ssh/ssh_known_hosts2"));
  }

  /** A path in which {@code ~} stands for the user's home directory. */
  private static Path file(String text) {
    String path = text.strip();
    return path.startsWith("~/")
        ? Path.of(System.getProperty("user.home"), path.substring(2))
        : Path.of(path);
  }
}
