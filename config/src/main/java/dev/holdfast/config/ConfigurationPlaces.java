package dev.holdfast.config;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the configuration files to read, in the order in which they are read.
 *
 * <p>Without options: {@code /etc/holdfast/holdfast.conf} and {@code /etc/holdfast/conf.d/*.conf}
 * if there is any of them; else pgBackRest's, {@code /etc/pgbackrest/pgbackrest.conf} (or the old
 * {@code /etc/pgbackrest.conf}) and {@code /etc/pgbackrest/conf.d/*.conf}. None has to exist.
 *
 * <p>{@code --config=F}: F, which has to exist; files are included only if one of the other options
 * is given too. {@code --no-config}: likewise without F. {@code --config-path=P}: instead of those
 * above, P/holdfast.conf or P/pgbackrest.conf, and P/conf.d. {@code --config-include-path=I}: I
 * instead of conf.d; it has to exist.
 */
final class ConfigurationPlaces {
  private static final String SUFFIX = ".conf";

  /**
   * One file.
   *
   * @param name its path, for messages
   * @param text everything in it
   */
  record Part(String name, String text) {}

  private final ConfigurationFiles files;

  ConfigurationPlaces(ConfigurationFiles files) {
    this.files = files;
  }

  /**
   * Reads the files that the options given so far ask for.
   *
   * @throws HoldfastException FILE_MISSING, PATH_MISSING, FILE_OPEN or PATH_OPEN
   */
  List<Part> read(GivenOptions options) {
    GivenOption config = options.find("config", 0);
    String path = options.text("config-path");
    String include = options.text("config-include-path");
    List<Part> parts = new ArrayList<>();
    if (config != null && !config.withoutValue()) {
      parts.add(required(config.texts().get(0)));
    }
    if (config != null && path == null && include == null) {
      return parts;
    }
    String base = path != null ? withoutSlash(path) : base();
    if (config == null) {
      addFirst(
          parts,
          base + "/holdfast.conf",
          base + "/pgbackrest.conf",
          path == null ? "/etc/pgbackrest.conf" : null);
    }
    addIncluded(parts, include != null ? include : base + "/conf.d", include != null);
    return parts;
  }

  private String base() {
    return files.read("/etc/holdfast/holdfast.conf").isPresent()
            || !included("/etc/holdfast/conf.d").isEmpty()
        ? "/etc/holdfast"
        : "/etc/pgbackrest";
  }

  private Part required(String file) {
    Optional<String> text = files.read(file);
    if (text.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING, "the configuration file '" + file + "' does not exist");
    }
    return new Part(file, text.get());
  }

  private void addFirst(List<Part> parts, @Nullable String... candidates) {
    for (String candidate : candidates) {
      Optional<String> text = candidate == null ? Optional.empty() : files.read(candidate);
      if (candidate != null && text.isPresent()) {
        parts.add(new Part(candidate, text.get()));
        return;
      }
    }
  }

  private void addIncluded(List<Part> parts, String directory, boolean required) {
    if (required && files.list(directory).isEmpty()) {
      throw new HoldfastException(
          ErrorCode.PATH_MISSING,
          "the directory of configuration files '" + directory + "' does not exist");
    }
    for (String name : included(directory)) {
      String file = withoutSlash(directory) + "/" + name;
      Optional<String> text = files.read(file);
      if (text.isPresent()) {
        parts.add(new Part(file, text.get()));
      }
    }
  }

  private List<String> included(String directory) {
    List<String> names = new ArrayList<>();
    for (String name : files.list(directory).orElse(List.of())) {
      if (name.endsWith(SUFFIX) && name.length() > SUFFIX.length()) {
        names.add(name);
      }
    }
    Collections.sort(names);
    return names;
  }

  private static String withoutSlash(String path) {
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }
}
