package dev.holdfast.cli;

import dev.holdfast.config.ConfigurationFiles;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Configuration files with a memory of what was read of them. */
final class RememberedFiles implements ConfigurationFiles {
  private final ConfigurationFiles files;
  private final Map<String, Optional<?>> read = new LinkedHashMap<>();

  RememberedFiles(ConfigurationFiles files) {
    this.files = files;
  }

  @Override
  public Optional<String> read(String file) {
    Optional<String> text = files.read(file);
    read.put(file, text);
    return text;
  }

  @Override
  public Optional<List<String>> list(String directory) {
    Optional<List<String>> names = files.list(directory);
    read.put(directory, names);
    return names;
  }

  /** Whether another reading met the same. */
  boolean sameAs(RememberedFiles other) {
    return read.equals(other.read);
  }
}
