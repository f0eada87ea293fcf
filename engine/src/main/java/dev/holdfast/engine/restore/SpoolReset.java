package dev.holdfast.engine.restore;

import dev.holdfast.domain.StanzaName;
import dev.holdfast.storage.posix.PosixStorage;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Clears a stanza's spool before a restore: acknowledgements of the old cluster would let the new
 * one believe that segments of the same name are archived, and prefetched segments may be of
 * another timeline.
 */
final class SpoolReset {
  private SpoolReset() {}

  static void clear(Path spoolPath, StanzaName stanza) {
    if (Files.isDirectory(spoolPath.resolve("archive").resolve(stanza.text()))) {
      new PosixStorage(spoolPath).removeTree("archive/" + stanza);
    }
  }
}
