package dev.holdfast.engine.verify;

import dev.holdfast.codec.block.BlockCoding;
import dev.holdfast.codec.block.BlockFormat;
import dev.holdfast.codec.block.BlockIncrementalReader;
import dev.holdfast.codec.block.BlockMap;
import dev.holdfast.codec.block.BlockRestorePlan;
import dev.holdfast.codec.block.SuperBlockRead;
import dev.holdfast.codec.digest.HashingInputStream;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.work.BoundedInput;
import dev.holdfast.engine.work.StoredFileQueue;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Reads files of one backup: a bundle front to back, each file in it decoded and compared with the
 * manifest; of a file stored as blocks, every block that the map names. One for each worker.
 */
final class BackupFileCheck {
  private final Repository repository;
  private final StanzaName stanza;
  private final Manifest manifest;
  private final BiConsumer<ManifestFile, Finding> found;
  private final BlockCoding coding;

  /**
   * Checks files of this manifest.
   *
   * @param found told of what is wrong, from the worker's own thread
   */
  BackupFileCheck(
      Repository repository,
      StanzaName stanza,
      Manifest manifest,
      BiConsumer<ManifestFile, Finding> found) {
    this.repository = repository;
    this.stanza = stanza;
    this.manifest = manifest;
    this.found = found;
    this.coding =
        new BlockCoding(
            manifest.options().compression(),
            manifest.options().compression().defaultLevel(),
            manifest.cipherPass());
  }

  /** Reads one file of the repository with all that is in it. */
  void run(StoredFileQueue.Job job) {
    List<ManifestFile> files =
        java.util.Arrays.stream(job.indexes())
            .mapToObj(manifest.files()::get)
            .filter(file -> file.size() > 0 || !manifest.data().bundle())
            .toList();
    List<ManifestFile> whole = files.stream().filter(file -> !file.hasBlockMap()).toList();
    for (ManifestFile file : files) {
      if (file.hasBlockMap()) {
        checkBlocks(file);
      } else if (!file.isBundled()) {
        try (InputStream stored = repository.openStored(stanza, manifest, file)) {
          check(file, stored);
        } catch (HoldfastException e) {
          report(file, e);
        } catch (IOException e) {
          report(file, unreadable(e));
        }
      }
    }
    if (!whole.isEmpty() && whole.getFirst().isBundled()) {
      checkBundle(whole);
    }
  }

  private void checkBundle(List<ManifestFile> files) {
    ManifestFile first = files.getFirst();
    long position = first.bundleOffset();
    long end = files.getLast().bundleOffset() + files.getLast().repoSize();
    int next = 0;
    try (InputStream input =
        repository
            .storage()
            .read(Repository.filePath(stanza, manifest, first), position, end - position)) {
      for (; next < files.size(); next++) {
        ManifestFile file = files.get(next);
        input.skipNBytes(file.bundleOffset() - position);
        BoundedInput part = BoundedInput.partOf(input, file.repoSize());
        check(file, part);
        part.drain();
        position = file.bundleOffset() + file.repoSize();
      }
    } catch (HoldfastException e) {
      // The bundle itself is missing or too short: nothing behind this place can be read.
      files.subList(next, files.size()).forEach(file -> report(file, e));
    } catch (IOException e) {
      files.subList(next, files.size()).forEach(file -> report(file, unreadable(e)));
    }
  }

  private void check(ManifestFile file, InputStream stored) {
    try (HashingInputStream content =
        new HashingInputStream(Repository.fileEncoding(manifest, file).decode(stored))) {
      content.transferTo(OutputStream.nullOutputStream());
      if (content.count() != file.size()) {
        report(
            file,
            Finding.Fault.SIZE,
            "it has %d bytes and not %d".formatted(content.count(), file.size()));
      } else if (file.size() > 0 && !content.hash().equals(file.checksum())) {
        report(file, Finding.Fault.CHECKSUM, "its content has the SHA-1 " + content.hash().hex());
      }
    } catch (HoldfastException e) {
      report(file, e);
    } catch (IOException e) {
      report(file, unreadable(e));
    }
  }

  private void checkBlocks(ManifestFile file) {
    long offset = file.bundleOffset() + file.repoSize() - file.blockMapSize();
    try (InputStream stored =
        repository
            .storage()
            .read(Repository.filePath(stanza, manifest, file), offset, file.blockMapSize())) {
      BlockMap map =
          coding.readMap(stored, new BlockFormat(file.blockSize(), file.blockChecksumSize()));
      map.expectFileSize(file.size());
      BlockIncrementalReader reader = new BlockIncrementalReader(coding);
      for (SuperBlockRead read : BlockRestorePlan.of(map, List.of())) {
        try (InputStream superBlocks =
            repository.storage().read(path(file, read), read.offset(), read.size())) {
          reader.read(read, superBlocks, (position, bytes, length) -> {});
        }
      }
    } catch (HoldfastException e) {
      report(file, e);
    } catch (IOException e) {
      report(file, unreadable(e));
    }
  }

  private String path(ManifestFile file, SuperBlockRead read) {
    List<BackupLabel> references = manifest.data().references();
    if (read.reference() >= references.size()) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "its block map names backup %d of the references, which there is not"
              .formatted(read.reference()));
    }
    BackupLabel label = references.get(read.reference());
    return read.bundleId() != 0
        ? RepositoryLayout.bundle(stanza, label, read.bundleId())
        : RepositoryLayout.blockIncrementalFile(stanza, label, file.name());
  }

  private static HoldfastException unreadable(IOException e) {
    return new HoldfastException(ErrorCode.FILE_READ, String.valueOf(e.getMessage()), e);
  }

  private void report(ManifestFile file, HoldfastException e) {
    if (e.code() == ErrorCode.TERM || Thread.currentThread().isInterrupted()) {
      throw e;
    }
    Finding finding = Findings.of("", e);
    report(file, finding.fault(), finding.detail());
  }

  private void report(ManifestFile file, Finding.Fault fault, String detail) {
    String path = Repository.filePath(stanza, manifest, file);
    found.accept(
        file, new Finding(path, fault, file.isBundled() ? file.name() + ": " + detail : detail));
  }
}
