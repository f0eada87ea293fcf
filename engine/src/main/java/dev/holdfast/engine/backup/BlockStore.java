package dev.holdfast.engine.backup;

import dev.holdfast.codec.block.BlockCoding;
import dev.holdfast.codec.block.BlockFormat;
import dev.holdfast.codec.block.BlockIncrement;
import dev.holdfast.codec.block.BlockIncrementalWriter;
import dev.holdfast.codec.block.BlockMap;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Stores files as blocks, of which only those that changed since the prior backup are stored again.
 * A block size stays as it is within a set of backups. Stateless, and so used by all workers.
 */
final class BlockStore {
  private final CopySettings settings;
  private final Storage storage;
  private final BlockCoding coding;

  BlockStore(CopySettings settings, Storage storage) {
    this.settings = settings;
    this.storage = storage;
    this.coding =
        new BlockCoding(settings.compression(), settings.storing().level(), settings.pass());
  }

  /** Where a file's bytes come from. */
  interface Source {
    void passTo(OutputStream sink) throws IOException;
  }

  /**
   * A file that was stored as blocks.
   *
   * @param format how it is split
   * @param increment what it took
   */
  record Stored(BlockFormat format, BlockIncrement increment) {}

  /** Whether a file is large and young enough, or was stored as blocks before. */
  boolean isStoredAsBlocks(ManifestFile file) {
    return settings.storing().blocks().isPresent() && blockSize(file) > 0;
  }

  private int blockSize(ManifestFile file) {
    return file.hasBlockMap()
        ? file.blockSize()
        : settings
            .storing()
            .blocks()
            .orElseThrow()
            .sizing()
            .blockSize(file.originalSize(), settings.startSeconds() - file.timestamp());
  }

  /**
   * Stores a file; nothing is written when no block changed.
   *
   * @param bundleId the bundle that the sink is, 0 for a file of its own
   * @param offset where the file begins in it
   */
  Stored store(ManifestFile file, OutputStream sink, long bundleId, long offset, Source source)
      throws IOException {
    int blockSize = blockSize(file);
    BlockFormat format =
        new BlockFormat(
            blockSize,
            file.hasBlockMap()
                ? file.blockChecksumSize()
                : settings.storing().blocks().orElseThrow().sizing().hashSize(blockSize));
    try (BlockIncrementalWriter writer =
        new BlockIncrementalWriter(
            sink,
            format,
            settings.superBlockSize(),
            settings.ownReference(),
            bundleId,
            offset,
            prior(file, format),
            coding)) {
      source.passTo(writer);
      return new Stored(format, writer.finish());
    }
  }

  private @Nullable BlockMap prior(ManifestFile file, BlockFormat format) throws IOException {
    BackupLabel holder = file.reference();
    if (!file.hasBlockMap() || holder == null) {
      return null;
    }
    String path =
        file.isBundled()
            ? RepositoryLayout.bundle(settings.stanza(), holder, file.bundleId())
            : RepositoryLayout.blockIncrementalFile(settings.stanza(), holder, file.name());
    long offset = file.bundleOffset() + file.repoSize() - file.blockMapSize();
    try (InputStream input = storage.read(path, offset, file.blockMapSize())) {
      return coding.readMap(input, format);
    }
  }
}
