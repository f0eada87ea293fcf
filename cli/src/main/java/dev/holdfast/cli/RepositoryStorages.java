package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.posix.PosixStorage;

/** Makes the storage of a repository from its options. */
public final class RepositoryStorages {
  private RepositoryStorages() {}

  /**
   * The storage of the repository with this number.
   *
   * @throws HoldfastException FEATURE_NOT_SUPPORTED for a kind of storage, or a repository on
   *     another host, that this version cannot reach
   */
  public static Storage storage(Options options, int key) {
    String repository = "repo" + key;
    if (options.knows("repo-host") && options.optional("repo-host", key).isPresent()) {
      throw new HoldfastException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "the option '"
              + repository
              + "-host' asks for a repository on another host, which is not supported yet",
          "mount the repository on this host, or run Holdfast on the repository's host.");
    }
    String type = options.string("repo-type", key);
    if (!type.equals("posix")) {
      throw new HoldfastException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "the option '"
              + repository
              + "-type' asks for a repository of type '"
              + type
              + "', which is not supported yet",
          "repositories of type posix are.");
    }
    return new PosixStorage(options.path("repo-path", key));
  }
}
