package dev.holdfast.engine.repofiles;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StoragePath;

/** A path as somebody types it, made relative to a repository. */
public final class RepositoryPath {
  private RepositoryPath() {}

  /**
   * The path below the repository; empty for the repository itself.
   *
   * @param text relative to the repository, or absolute and inside it; may end with a slash
   * @param repository the absolute path of the repository
   * @throws HoldfastException PARAM_INVALID for a path outside the repository, or with {@code //}
   */
  public static String relative(String text, String repository) {
    if (text.contains("//")) {
      throw new HoldfastException(ErrorCode.PARAM_INVALID, "path '" + text + "' cannot contain //");
    }
    String path = withoutSlash(text);
    if (!text.startsWith("/")) {
      return StoragePath.requirePath(path);
    }
    String base = withoutSlash(repository);
    if (path.equals(base)) {
      return "";
    }
    if (!path.startsWith(base + "/")) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID,
          "absolute path '" + text + "' is not in base path '" + repository + "'");
    }
    return StoragePath.requirePath(path.substring(base.length() + 1));
  }

  private static String withoutSlash(String path) {
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }
}
