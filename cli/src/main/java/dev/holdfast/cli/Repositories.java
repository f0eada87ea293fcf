package dev.holdfast.cli;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.repository.Repository;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.posix.PosixStorage;
import dev.holdfast.storage.remote.BackupServer;
import dev.holdfast.storage.remote.RemoteStorage;
import dev.holdfast.storage.throttle.Bandwidth;
import dev.holdfast.storage.throttle.ThrottledStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Makes the repositories that options describe. Making one reads and writes nothing. */
public final class Repositories {
  /** By the repository's number; the agent makes repositories anew for each request. */
  private static final Map<Integer, Bandwidth> BANDWIDTHS = new ConcurrentHashMap<>();

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
    Optional<BackupServer> server = HostedVerb.server();
    if (server.isPresent()) {
      RemoteStorage served = server.get().repository(key);
      return new Repository(key, served, served.cipherPass().map(CipherPass::new));
    }
    if (options.knows("repo-host") && options.optional("repo-host", key).isPresent()) {
      return throttled(options, RepositoryHosts.repository(options, key));
    }
    Optional<CipherPass> pass = Optional.empty();
    if (!options.string("repo-cipher-type", key).equals("none")) {
      pass = Optional.of(new CipherPass(options.string("repo-cipher-pass", key)));
    }
    return throttled(options, new Repository(key, storage(options, key), pass));
  }

  /** All that the process does with a repository shares one bandwidth. */
  private static Repository throttled(Options options, Repository repository) {
    int key = repository.key();
    String option = "repo-bandwidth-max";
    if (!options.knows(option) || !options.has(option, key)) {
      return repository;
    }
    long bytes = options.bytes(option, key);
    Bandwidth bandwidth =
        BANDWIDTHS.compute(
            key,
            (_, known) ->
                known != null && known.bytesPerSecond() == bytes ? known : new Bandwidth(bytes));
    return new Repository(
        key, new ThrottledStorage(repository.storage(), bandwidth), repository.pass());
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
