package dev.holdfast.engine.verify;

import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.BackupHistoryFile;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.archive.ArchiveFinder;
import dev.holdfast.repository.info.ArchiveInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Reads what lies in an archive beside segments: timeline histories and {@code .backup} files.
 * Neither is stored with a checksum, so that they are decrypted to their end and must be what
 * PostgreSQL writes, line by line; a changed letter in a comment of an unencrypted one cannot be
 * told.
 */
final class ArchiveTextCheck {
  /** Far above any real one. */
  private static final int LARGEST_BYTES = 1 << 20;

  private final VerifyRequest request;
  private final ArchiveInfo info;
  private final ArchiveFinder finder;

  ArchiveTextCheck(VerifyRequest request, ArchiveInfo info) {
    this.request = request;
    this.info = info;
    this.finder = request.repository().archive(request.stanza());
  }

  /** Reads the histories, and the {@code .backup} files of the segments that are wanted. */
  List<Finding> check(ArchiveId id, Predicate<WalSegment> wanted) {
    List<Finding> findings = new ArrayList<>();
    List<Timeline> histories = finder.histories(id);
    for (Timeline timeline : histories) {
      read(
          findings,
          id,
          timeline.historyFileName(),
          text -> TimelineHistory.parse(timeline, text).expectWrittenByPostgres(text));
    }
    TreeSet<Timeline> written = new TreeSet<>();
    for (String directory : finder.directories(id)) {
      for (String name : finder.backupFiles(id, directory)) {
        if (wanted.test(WalSegment.parse(name.substring(0, 24)))) {
          read(findings, id, name, text -> BackupHistoryFile.parse(name, text));
        }
      }
      written.add(new Timeline(Long.parseLong(directory, 0, 8, 16)));
    }
    written.stream()
        // The cluster archived before it was promoted, so that it archived the history as well.
        // A stanza that begins on a later timeline has none of it, and needs none.
        .skip(1)
        .filter(timeline -> !histories.contains(timeline))
        .map(timeline ->
            new Finding(
                path(id, timeline.historyFileName()),
                Finding.Fault.MISSING,
                "the archive has WAL of this timeline and of one before: no earlier backup can be"
                    + " recovered along it"))
        .forEach(findings::add);
    return findings;
  }

  private void read(
      List<Finding> findings, ArchiveId id, String name, Consumer<String> expectation) {
    Repository repository = request.repository();
    String path = path(id, name);
    try (InputStream input = repository.openArchiveFile(request.stanza(), info, id, name)) {
      byte[] bytes = input.readNBytes(LARGEST_BYTES + 1);
      if (bytes.length > LARGEST_BYTES) {
        findings.add(new Finding(path, Finding.Fault.SIZE, "it is larger than any such file"));
        return;
      }
      expectation.accept(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      findings.add(new Finding(path, Finding.Fault.OTHER, "it is not text"));
    } catch (IOException e) {
      findings.add(new Finding(path, Finding.Fault.OTHER, String.valueOf(e.getMessage())));
    } catch (HoldfastException e) {
      if (e.code() == ErrorCode.TERM) {
        throw e;
      }
      // What was listed and is gone, expire has taken since.
      if (e.code() != ErrorCode.FILE_MISSING) {
        findings.add(Findings.of(path, e));
      }
    }
  }

  private String path(ArchiveId id, String name) {
    return RepositoryLayout.archiveFile(request.stanza(), id, name);
  }
}
