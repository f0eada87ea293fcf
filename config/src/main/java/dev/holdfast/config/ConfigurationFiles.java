package dev.holdfast.config;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where configuration files are read from: the file system, or what a test says. */
public interface ConfigurationFiles {
  /**
   * The text of a file; empty if there is no such file.
   *
   * @throws HoldfastException FILE_OPEN if it exists and cannot be read
   */
  Optional<String> read(String file);

  /**
   * The names of the files in a directory, in any order; empty if there is no such directory.
   *
   * @throws HoldfastException PATH_OPEN if it exists and cannot be read
   */
  Optional<List<String>> list(String directory);

  /** The file system of this host. */
  static ConfigurationFiles ofHost() {
    return new ConfigurationFiles() {
      @Override
      public Optional<String> read(String file) {
        try {
          return Optional.of(new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
          return Optional.empty();
        } catch (IOException | InvalidPathException e) {
          throw new HoldfastException(
              ErrorCode.FILE_OPEN,
              "cannot read the configuration file '" + file + "'",
              e,
              "May this user read it?");
        }
      }

      @Override
      public Optional<List<String>> list(String directory) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(directory))) {
          for (Path entry : entries) {
            Path name = entry.getFileName();
            if (name != null) {
              names.add(name.toString());
            }
          }
          return Optional.of(names);
        } catch (NoSuchFileException | NotDirectoryException e) {
          return Optional.empty();
        } catch (IOException | DirectoryIteratorException | InvalidPathException e) {
          throw new HoldfastException(
              ErrorCode.PATH_OPEN,
              "cannot read the directory of configuration files '" + directory + "'",
              e,
              "May this user read it?");
        }
      }
    };
  }
}
