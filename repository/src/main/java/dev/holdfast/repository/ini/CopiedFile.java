package dev.holdfast.repository.ini;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.repository.FileEncoding;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A file that the repository holds twice, the second time with {@code .copy} behind its name, so
 * that damage to one does not lose it.
 *
 * @param storage where it is
 * @param path the main file's
 * @param pass its passphrase; empty when not encrypted
 */
public record CopiedFile(Storage storage, String path, Optional<CipherPass> pass) {

  /** The second file's path. */
  public String copyPath() {
    return path + RepositoryLayout.COPY_EXTENSION;
  }

  /** Whether one of the two is there. */
  public boolean exists() {
    return storage.info(path).isPresent() || storage.info(copyPath()).isPresent();
  }

  /**
   * Loads the main file, or else the copy. When neither can be loaded, throws with the code of the
   * first failure unless that file was only missing; with file-open (41) when the two failed
   * differently and neither was missing.
   *
   * @param what what it is, for the message: "info file"
   * @param load reads the decrypted text
   * @param hints what to do when it cannot be loaded
   */
  public <T> T load(String what, Function<InputStream, T> load, List<String> hints) {
    List<HoldfastException> failures = new ArrayList<>();
    for (String tried : List.of(path, copyPath())) {
      try {
        return loadOne(tried, load);
      } catch (HoldfastException e) {
        failures.add(e);
      }
    }
    StringBuilder message =
        new StringBuilder(
            "unable to load %s '%s' or '%s':".formatted(what, shown(path), shown(copyPath())));
    Set<String> allHints = new LinkedHashSet<>();
    for (HoldfastException failure : failures) {
      message
          .append('\n')
          .append(failure.code().typeName())
          .append(": ")
          .append(failure.getMessage());
      allHints.addAll(failure.hints());
    }
    allHints.addAll(hints);
    throw new HoldfastException(
        code(failures.get(0).code(), failures.get(1).code()),
        message.toString(),
        failures.get(0),
        allHints.toArray(String[]::new));
  }

  /** Loads the copy alone. */
  public <T> T loadCopy(Function<InputStream, T> load) {
    return loadOne(copyPath(), load);
  }

  private <T> T loadOne(String tried, Function<InputStream, T> load) {
    try (InputStream text = FileEncoding.encrypted(pass).decode(storage.read(tried))) {
      return load.apply(text);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + shown(tried) + "': " + e.getMessage(), e);
    }
  }

  private String shown(String tried) {
    return storage.name() + "/" + tried;
  }

  private static ErrorCode code(ErrorCode first, ErrorCode second) {
    if (first == second || second == ErrorCode.FILE_MISSING) {
      return first;
    }
    return first == ErrorCode.FILE_MISSING ? second : ErrorCode.FILE_OPEN;
  }
}
