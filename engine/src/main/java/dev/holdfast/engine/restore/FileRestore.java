package dev.holdfast.engine.restore;

import dev.holdfast.codec.digest.HashingInputStream;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.work.BoundedInput;
import dev.holdfast.engine.work.StoredFileQueue;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Restores the files of one job: looks at what is already there, reads the rest from the repository
 * front to back, and checks every byte against the manifest. One for each worker, so that its
 * buffers and contexts serve file after file.
 */
final class FileRestore {
  /** Gaps up to this size between two files of a bundle are read rather than skipped, in bytes. */
  private static final long READ_THROUGH = 64 * 1024;

  private final Repository repository;
  private final StanzaName stanza;
  private final Manifest manifest;
  private final TargetMapping mapping;
  private final SelectiveRestore selection;
  private final ExistingFile existing;
  private final RestoredFile output;
  private final BlockRestore blocks;
  private final Listener listener;

  /** Told of every file when it is done. */
  interface Listener {
    /** How a file came to be right. */
    enum Outcome {
      /** Written from the repository. */
      COPIED,
      /** Already there, untouched but perhaps for its time. */
      PRESERVED,
      /** Made as a hole or empty. */
      ZEROED
    }

    /** Bytes of a file that were written, while it is being written. */
    void wrote(long bytes);

    /** A file is right. */
    void done(ManifestFile file, Outcome outcome);
  }

  FileRestore(
      Repository repository,
      StanzaName stanza,
      Manifest manifest,
      TargetMapping mapping,
      SelectiveRestore selection,
      ExistingFile existing,
      RestoredFile output,
      BlockRestore blocks,
      Listener listener) {
    this.repository = repository;
    this.stanza = stanza;
    this.manifest = manifest;
    this.mapping = mapping;
    this.selection = selection;
    this.existing = existing;
    this.output = output;
    this.blocks = blocks;
    this.listener = listener;
  }

  /** Restores one job's files. */
  void run(StoredFileQueue.Job job) {
    List<ManifestFile> wanted = new ArrayList<>(job.indexes().length);
    for (int index : job.indexes()) {
      ManifestFile file = manifest.files().get(index);
      Path path = path(file);
      boolean zeroed = selection.isZeroed(file.name());
      if (!zeroed && existing.matches(path, file)) {
        listener.done(file, Listener.Outcome.PRESERVED);
      } else if (zeroed || file.size() == 0) {
        output.zero(path, file);
        listener.done(file, Listener.Outcome.ZEROED);
      } else if (file.blockMapSize() != 0) {
        restoreBlocks(path, file);
      } else {
        wanted.add(file);
      }
    }
    int from = 0;
    while (from < wanted.size()) {
      int to = from + 1;
      while (to < wanted.size() && isNear(wanted.get(to - 1), wanted.get(to))) {
        to++;
      }
      copy(wanted.subList(from, to));
      from = to;
    }
  }

  /** The file's place; pg_control goes under a temporary name, as an unfinished restore must. */
  private Path path(ManifestFile file) {
    Path path = mapping.path(file.name());
    return file.name().equals(Restore.CONTROL_NAME)
        ? path.resolveSibling(path.getFileName() + Restore.CONTROL_SUFFIX)
        : path;
  }

  private static boolean isNear(ManifestFile file, ManifestFile next) {
    long gap = next.bundleOffset() - (file.bundleOffset() + file.repoSize());
    return file.bundleId() != 0 && next.bundleId() != 0 && gap >= 0 && gap <= READ_THROUGH;
  }

  /** Copies files that lie behind one another in one file of the repository. */
  private void copy(List<ManifestFile> files) {
    ManifestFile first = files.getFirst();
    ManifestFile last = files.getLast();
    long offset = first.bundleOffset();
    long length = last.bundleOffset() + last.repoSize() - offset;
    String stored = Repository.filePath(stanza, manifest, first);
    try (InputStream input =
        first.isBundled()
            ? repository.storage().read(stored, offset, length)
            : repository.storage().read(stored)) {
      long position = offset;
      for (ManifestFile file : files) {
        input.skipNBytes(file.bundleOffset() - position);
        if (file.isBundled()) {
          BoundedInput part = BoundedInput.partOf(input, file.repoSize());
          write(file, part);
          part.drain();
        } else {
          write(file, input);
        }
        position = file.bundleOffset() + file.repoSize();
      }
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_READ, "unable to read '" + stored + "'", e);
    }
  }

  private void write(ManifestFile file, InputStream stored) throws IOException {
    Path path = path(file);
    try (HashingInputStream content =
        new HashingInputStream(Repository.fileEncoding(manifest, file).decode(stored))) {
      output.write(path, file, content, listener::wrote);
      verify(file, path, content.hash(), content.count());
    } catch (HoldfastException e) {
      throw named(file, e);
    }
    listener.done(file, Listener.Outcome.COPIED);
  }

  private void restoreBlocks(Path path, ManifestFile file) {
    try {
      Sha1Hash actual = blocks.restore(path, file, listener::wrote);
      verify(file, path, actual, file.size());
    } catch (HoldfastException e) {
      throw named(file, e);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE, "unable to write '" + path + "': " + e.getMessage(), e);
    }
    output.finish(path, file);
    listener.done(file, Listener.Outcome.COPIED);
  }

  private void verify(ManifestFile file, Path path, Sha1Hash actual, long size) {
    if (size != file.size() || !actual.equals(file.checksum())) {
      throw new HoldfastException(
          ErrorCode.CHECKSUM,
          "error restoring '%s': actual checksum '%s' (size %d) does not match expected checksum '%s' (size %d)"
              .formatted(path, actual, size, file.checksum(), file.size()),
          hint(file));
    }
  }

  /** Damage is found by a filter that knows no names: say whose it was. */
  private HoldfastException named(ManifestFile file, HoldfastException e) {
    return switch (e.code()) {
      case FORMAT, CRYPTO, CHECKSUM ->
          String.valueOf(e.getMessage()).contains(mapping.path(file.name()).toString())
              ? e
              : new HoldfastException(
                  e.code(),
                  "error restoring '" + mapping.path(file.name()) + "': " + e.getMessage(),
                  e,
                  hint(file));
      default -> e;
    };
  }

  private String hint(ManifestFile file) {
    return "'"
        + Repository.filePath(stanza, manifest, file)
        + "' in "
        + repository.storage().name()
        + " is damaged: run verify, and restore another backup set with --set.";
  }
}
