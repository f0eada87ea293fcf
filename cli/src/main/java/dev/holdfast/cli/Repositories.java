package dev.holdfast.cli;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.repository.Repository;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.posix.PosixStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the repositories that options describe. Making one reads and writes nothing. */
public final class Repositories {
  private Repositories() {}

  /** All configured repositories, the lowest number first. */
  public static List<Repository> all(Options options) {
    List<Repository> repositories = new ArrayList<>();
    for (int key : options.repositoryKeys()) {
      repositories.add(repository(options, key));
    }
    return repositories;
  }

  /** The repository that {@code --repo} names, else all of them. */
  public static List<Repository> chosenOrAll(Options options) {
    return options.knows("repo") && options.has("repo") ? List.of(chosen(options)) : all(options);
  }

  /** The repository that {@code --repo} names, else the one with the lowest number. */
  public static Repository chosen(Options options) {
    return repository(options, options.repositoryKey());
  }

  /**
   * The repository with this number.
   *
   * @throws HoldfastException FEATURE_NOT_SUPPORTED for a kind of storage, or a repository on
   *     another host, that this version cannot reach
   */
  public static Repository repository(Options options, int key) {
    if (options.knows("repo-host") && options.optional("repo-host", key).isPresent()) {
      return RepositoryHosts.repository(options, key);
    }
    Optional<CipherPass> pass = Optional.empty();
    if (!options.string("repo-cipher-type", key).equals("none")) {
      pass = Optional.of(new CipherPass(options.string("repo-cipher-pass", key)));
    }
    return new Repository(key, storage(options, key), pass);
  }

  private static Storage storage(Options options, int key) {
    String repository = "repo" + key;
    String type = options.string("repo-type", key);
    return switch (type) {
      case "posix" -> new PosixStorage(options.path("repo-path", key));
      case "s3" -> S3Repositories.storage(options, key);
      case "sftp" -> SftpRepositories.storage(options, key);
      default ->
          throw new HoldfastException(
              ErrorCode.FEATURE_NOT_SUPPORTED,
              "option '" + repository + "-type' is '" + type + "', which is not supported yet",
              "repositories of type posix, s3 and sftp are.");
    };
  }
}
