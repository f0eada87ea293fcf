package dev.holdfast.engine.archive;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.posix.PosixStorage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One direction of a stanza's spool: {@code <spool-path>/archive/<stanza>/in} or {@code out}. The
 * format is the one described in this package, so that pgBackRest's foreground may read what our
 * background wrote, and the other way round.
 */
final class ArchiveSpool {
  static final String OK = ".ok";
  static final String ERROR = ".error";

  private static final String GLOBAL = "global";
  private static final String TEMPORARY = ".hftmp";
  private static final int MODE_FILE = 0640;
  private static final int MODE_PATH = 0750;

  private final PosixStorage storage;
  private final String directory;

  private ArchiveSpool(Path spoolPath, StanzaName stanza, String direction) {
    this.storage = new PosixStorage(spoolPath, MODE_FILE, MODE_PATH);
    this.directory = "archive/" + stanza + "/" + direction;
  }

  /** Where archive-get finds segments that were fetched ahead. */
  static ArchiveSpool in(Path spoolPath, StanzaName stanza) {
    return new ArchiveSpool(spoolPath, stanza, "in");
  }

  /** Where archive-push finds acknowledgements. */
  static ArchiveSpool out(Path spoolPath, StanzaName stanza) {
    return new ArchiveSpool(spoolPath, stanza, "out");
  }

  /** Makes the directory. */
  void create() {
    storage.createPath(directory);
  }

  /** Where a file of the spool lies. */
  Path path(String name) {
    return storage.root().resolve(directory).resolve(name);
  }

  /** Whether there is a file of this name. */
  boolean holds(String name) {
    return storage.info(directory + "/" + name).isPresent();
  }

  /** The names of all files, sorted; none if the directory is missing. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    for (StorageEntry entry : storage.list(directory)) {
      names.add(entry.name());
    }
    return names;
  }

  /** Removes a file; nothing happens if it is gone. */
  void remove(String name) {
    storage.remove(directory + "/" + name);
  }

  /** What is known of a WAL file: its own acknowledgement, its own error, or an error of all. */
  Optional<SpoolStatus> status(String walFile) {
    Optional<SpoolStatus> status = read(walFile + OK);
    if (status.isEmpty()) {
      status = read(walFile + ERROR);
    }
    return status.isPresent() ? status : read(GLOBAL + ERROR);
  }

  private Optional<SpoolStatus> read(String name) {
    try (InputStream stream = storage.read(directory + "/" + name)) {
      String content = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      return Optional.of(SpoolStatus.parse(name, content));
    } catch (HoldfastException e) {
      if (e.code() == ErrorCode.FILE_MISSING) {
        return Optional.empty();
      }
      throw e;
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_READ, "unable to read '" + path(name) + "'", e);
    }
  }

  /** Acknowledges a WAL file, with warnings if there are any. */
  void acknowledge(String walFile, List<String> warnings) {
    write(
        walFile + OK, warnings.isEmpty() ? "" : SpoolStatus.format(0, String.join("\n", warnings)));
  }

  /** Acknowledges a pushed WAL file by its identity, with warnings if there are any. */
  void acknowledge(String walFile, WalFileIdentity identity, List<String> warnings) {
    write(walFile + OK, SpoolStatus.formatDone(identity, warnings));
  }

  /** Says that a WAL file could not be dealt with. */
  void fail(String walFile, int code, String message) {
    write(walFile + ERROR, SpoolStatus.format(code, message));
  }

  /** Says that no WAL file can be dealt with. */
  void failAll(int code, String message) {
    fail(GLOBAL, code, message);
  }

  /** Forgets earlier errors of a WAL file, and those of all. */
  void clearErrors(String walFile) {
    remove(walFile + ERROR);
    remove(GLOBAL + ERROR);
  }

  /**
   * Whole or not at all, but not synced: a status that a crash of the host takes away is asked for
   * again. One that it leaves empty under its name is an acknowledgement that names no file,
   * written when the file was durable.
   */
  private void write(String name, String content) {
    Path file = path(name);
    Path temporary = path(name + "." + Thread.currentThread().threadId() + TEMPORARY);
    try {
      Files.writeString(temporary, content);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE, "unable to write '" + file + "': " + e.getMessage(), e);
    }
  }
}
