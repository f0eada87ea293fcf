package dev.holdfast.engine.restore;

import dev.holdfast.codec.block.BlockCoding;
import dev.holdfast.codec.block.BlockFormat;
import dev.holdfast.codec.block.BlockHash;
import dev.holdfast.codec.block.BlockHasher;
import dev.holdfast.codec.block.BlockIncrementalReader;
import dev.holdfast.codec.block.BlockMap;
import dev.holdfast.codec.block.BlockRestorePlan;
import dev.holdfast.codec.block.SuperBlockRead;
import dev.holdfast.codec.digest.Sha1;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.storage.posix.PosixAttributes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Restores files that are stored as blocks spread over several backups. The map says where each
 * block is; in a delta restore, blocks that the existing file has already are not fetched. What
 * comes out is read back and compared with the manifest. One for each worker.
 */
final class BlockRestore {
  private final Repository repository;
  private final StanzaName stanza;
  private final Manifest manifest;
  private final boolean useExisting;
  private final BlockCoding coding;
  private final byte[] buffer = new byte[256 * 1024];

  BlockRestore(Repository repository, StanzaName stanza, Manifest manifest, boolean useExisting) {
    this.repository = repository;
    this.stanza = stanza;
    this.manifest = manifest;
    this.useExisting = useExisting;
    this.coding =
        new BlockCoding(
            manifest.options().compression(),
            manifest.options().compression().defaultLevel(),
            manifest.cipherPass());
  }

  /**
   * Makes the file's content right and returns its hash as it is on the disk.
   *
   * @param progress told of bytes written
   */
  Sha1Hash restore(Path path, ManifestFile file, LongConsumer progress) throws IOException {
    BlockFormat format = new BlockFormat(file.blockSize(), file.blockChecksumSize());
    BlockMap map = map(file, format);
    map.expectFileSize(file.size());
    boolean existing = useExisting && Files.isRegularFile(path);
    List<BlockHash> hashes = existing ? hashes(path, format) : List.of();
    try (FileChannel channel = open(path, existing)) {
      PosixAttributes.setMode(path, file.mode());
      if (channel.size() > file.size()) {
        channel.truncate(file.size());
      }
      BlockIncrementalReader reader = new BlockIncrementalReader(coding);
      for (SuperBlockRead read : BlockRestorePlan.of(map, hashes)) {
        try (InputStream stored =
            repository.storage().read(path(file, read), read.offset(), read.size())) {
          reader.read(
              read,
              stored,
              (offset, bytes, length) -> {
                write(channel, bytes, length, offset);
                progress.accept(length);
              });
        }
      }
    }
    return hash(path);
  }

  private BlockMap map(ManifestFile file, BlockFormat format) throws IOException {
    long offset = file.bundleOffset() + file.repoSize() - file.blockMapSize();
    try (InputStream stored =
        repository
            .storage()
            .read(Repository.filePath(stanza, manifest, file), offset, file.blockMapSize())) {
      return coding.readMap(stored, format);
    }
  }

  private String path(ManifestFile file, SuperBlockRead read) {
    BackupLabel label = manifest.data().references().get(read.reference());
    return read.bundleId() != 0
        ? RepositoryLayout.bundle(stanza, label, read.bundleId())
        : RepositoryLayout.blockIncrementalFile(stanza, label, file.name());
  }

  private static FileChannel open(Path path, boolean existing) throws IOException {
    return existing
        ? FileChannel.open(path, StandardOpenOption.WRITE)
        : FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
  }

  private static void write(FileChannel channel, byte[] bytes, int length, long offset)
      throws IOException {
    ByteBuffer chunk = ByteBuffer.wrap(bytes, 0, length);
    long position = offset;
    while (chunk.hasRemaining()) {
      position += channel.write(chunk, position);
    }
  }

  private List<BlockHash> hashes(Path path, BlockFormat format) throws IOException {
    BlockHasher hasher = new BlockHasher(format);
    try (InputStream input = Files.newInputStream(path)) {
      int read;
      while ((read = input.read(buffer)) >= 0) {
        hasher.update(buffer, 0, read);
      }
    }
    return hasher.finish();
  }

  private Sha1Hash hash(Path path) throws IOException {
    Sha1 digest = new Sha1();
    try (InputStream input = Files.newInputStream(path)) {
      int read;
      while ((read = input.read(buffer)) >= 0) {
        digest.update(buffer, 0, read);
      }
    }
    return digest.hash();
  }
}
