package dev.holdfast.cli;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.repository.Repository;
import dev.holdfast.storage.remote.RemoteStorage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes the repositories of other hosts: the system's ssh starts Holdfast there. One connection
 * serves all of a process, because the other end holds the verb's locks.
 */
final class RepositoryHosts {
  private static final Map<List<String>, RemoteStorage> CONNECTIONS = new ConcurrentHashMap<>();

  private RepositoryHosts() {}

  static Repository repository(Options options, int key) {
    if (!options.string("repo-host-type", key).equals("ssh")) {
      throw new HoldfastException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "option 'repo" + key + "-host-type' is 'tls', which is not supported yet",
          "ssh is.");
    }
    List<String> command = command(options, key);
    RemoteStorage storage =
        CONNECTIONS.compute(
            command,
            (_, known) ->
                known != null && known.isUsable()
                    ? known
                    : new RemoteStorage(
                        options.string("repo-host", key),
                        command,
                        options.duration("protocol-timeout")));
    return new Repository(key, storage, pass(options, key, storage));
  }

  /** Ours if we have one, else what the other host's configuration says, as in pgBackRest. */
  private static Optional<CipherPass> pass(Options options, int key, RemoteStorage storage) {
    if (!options.string("repo-cipher-type", key).equals("none")) {
      return Optional.of(new CipherPass(options.string("repo-cipher-pass", key)));
    }
    try {
      return storage.cipherPass().map(CipherPass::new);
    } catch (HoldfastException e) {
      // The storage throws the same at its first use, where the errors of several repositories are
      // told side by side; it never works without the passphrase that could not be asked for.
      return Optional.empty();
    }
  }

  private static List<String> command(Options options, int key) {
    return SshCommand.of(
        options,
        "repo-host",
        key,
        List.of("--repo=" + key, "--repo" + key + "-local", "remote", options.verb().name()));
  }
}
