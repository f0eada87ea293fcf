package dev.holdfast.engine.archive;

import dev.holdfast.domain.ByteCount;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The WAL files that PostgreSQL waits to have archived, according to {@code
 * pg_wal/archive_status/*.ready}.
 *
 * @param directory the directory of the WAL
 * @param names the files' names, sorted, which is the order of their writing
 */
record ReadyWal(Path directory, List<String> names) {
  private static final String EXTENSION = ".ready";

  ReadyWal {
    names = List.copyOf(names);
  }

  /** Reads the list. */
  static ReadyWal of(Path walDirectory) {
    Path status = walDirectory.resolve("archive_status");
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(status)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (name.endsWith(EXTENSION)) {
          names.add(name.substring(0, name.length() - EXTENSION.length()));
        }
      }
    } catch (NoSuchFileException e) {
      throw new HoldfastException(
          ErrorCode.PATH_MISSING,
          "unable to list files in missing directory '" + status + "'",
          e,
          "Is this the directory of a PostgreSQL cluster's WAL?");
    } catch (IOException | DirectoryIteratorException e) {
      throw new HoldfastException(
          ErrorCode.PATH_OPEN, "unable to list files in directory '" + status + "'", e);
    }
    names.sort(null);
    return new ReadyWal(walDirectory, names);
  }

  /**
   * Whether more is waiting than may. What waits is the whole list, also what was already pushed
   * ahead: as long as an earlier file fails, PostgreSQL keeps all of them.
   */
  boolean exceeds(long queueMax) {
    return !names.isEmpty() && sizeOfFirst(names) * names.size() > queueMax;
  }

  /**
   * As many of {@code files} as are pushed before the queue is measured again: at least one, and no
   * more bytes than the batch.
   */
  List<String> firstBatch(List<String> files, long batchBytes) {
    if (files.isEmpty()) {
      return files;
    }
    long size = sizeOfFirst(files);
    if (size == 0) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "size of WAL segment '" + files.getFirst() + "' is 0");
    }
    long most = Math.max(1, batchBytes / size);
    return files.size() <= most ? files : files.subList(0, (int) most);
  }

  private long sizeOfFirst(List<String> files) {
    Path file = directory.resolve(files.getFirst());
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING, "WAL file '" + file + "' is ready to archive but missing", e);
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_INFO, "unable to get info for '" + file + "'", e);
    }
  }

  /** What is said when a file is given up because too much was waiting. */
  static String dropWarning(String name, long queueMax) {
    return "dropped WAL file '"
        + name
        + "' because archive queue exceeded "
        + new ByteCount(queueMax);
  }
}
