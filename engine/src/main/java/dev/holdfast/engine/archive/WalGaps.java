package dev.holdfast.engine.archive;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.posix.PosixStorage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The WAL of a stanza that was given up, one small file each in {@code <spool-path>/gap/<stanza>},
 * durable before PostgreSQL is told that it may remove the WAL. A file is named as the WAL and
 * holds the time (ISO 8601) on its first line and the reason on the others. It lies beside what a
 * restore clears: the restored cluster's backups have the hole all the same.
 */
public final class WalGaps {
  private static final String TEMPORARY = ".hftmp";
  private static final int MODE_FILE = 0640;
  private static final int MODE_PATH = 0750;

  private final PosixStorage storage;
  private final String directory;
  private final Clock clock;

  /** The gaps of a stanza on this host; nothing is read or made yet. */
  public WalGaps(Path spoolPath, StanzaName stanza, Clock clock) {
    this.storage = new PosixStorage(spoolPath, MODE_FILE, MODE_PATH);
    this.directory = "gap/" + stanza;
    this.clock = clock;
  }

  /** Remembers that a file is given up; again leaves the first record. */
  public void record(String walFile, String reason) {
    String path = directory + "/" + walFile;
    if (storage.info(path).isPresent()) {
      return;
    }
    storage.createPath(directory);
    byte[] content = (clock.instant() + "\n" + reason + "\n").getBytes(StandardCharsets.UTF_8);
    try (StorageOutput output = storage.write(path)) {
      output.write(content, 0, content.length);
      output.commit();
    }
  }

  /** All of them, in the order of the names; empty also where nobody ever archived. */
  public List<WalGap> all() {
    List<WalGap> gaps = new ArrayList<>();
    for (StorageEntry entry : storage.list(directory)) {
      // What a crash left of a record that was never finished is no record.
      if (!entry.name().endsWith(TEMPORARY)) {
        read(entry.name()).ifPresent(gaps::add);
      }
    }
    return gaps;
  }

  /** Forgets one, after a backup that does not need it. */
  public void forget(WalGap gap) {
    storage.remove(directory + "/" + gap.walFile());
  }

  private Optional<WalGap> read(String name) {
    String content;
    try (InputStream stream = storage.read(directory + "/" + name)) {
      content = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (HoldfastException e) {
      if (e.code() == ErrorCode.FILE_MISSING) {
        return Optional.empty();
      }
      throw e;
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read the WAL gap record '" + name + "'", e);
    }
    String[] lines = content.split("\n", 2);
    Instant at;
    try {
      at = Instant.parse(lines[0]);
    } catch (DateTimeException e) {
      // The file's presence is the record; that it cannot be read does not make the WAL come back.
      at = Instant.EPOCH;
    }
    return Optional.of(new WalGap(name, at, lines.length == 1 ? "" : lines[1].strip()));
  }
}
