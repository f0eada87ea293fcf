package dev.holdfast.codec.block;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A file over several backups, stored in memory: one byte array stands for each backup's bundle.
 */
final class BlockChain {
  final BlockFormat format;
  final BlockCoding coding;
  final long superBlockSize;
  final List<byte[]> stored = new ArrayList<>();
  final Random random = new Random(1);
  @Nullable BlockMap map;
  byte[] file = new byte[0];

  /** Where the map lies in the newest backup that stored something. */
  int mapBackup;

  int mapOffset;

  BlockChain(BlockFormat format, long superBlockSize, BlockCoding coding) {
    this.format = format;
    this.superBlockSize = superBlockSize;
    this.coding = coding;
  }

  /** Stores the file as it is now; it begins somewhere in its bundle. */
  BlockIncrement backup(byte[] now) throws IOException {
    int offset = random.nextInt(50);
    ByteArrayOutputStream bundle = new ByteArrayOutputStream();
    bundle.write(new byte[offset]);
    BlockIncrement increment;
    try (BlockIncrementalWriter writer =
        new BlockIncrementalWriter(
            bundle,
            format,
            superBlockSize,
            stored.size(),
            random.nextInt(3),
            offset,
            map,
            coding)) {
      for (int position = 0; position < now.length; ) {
        int count = Math.min(1 + random.nextInt(3 * format.blockSize()), now.length - position);
        writer.write(now, position, count);
        position += count;
      }
      increment = writer.finish();
    }
    if (bundle.size() != offset + increment.storedSize()) {
      throw new IllegalStateException("the stored size is wrong");
    }
    stored.add(bundle.toByteArray());
    if (increment.changed()) {
      mapBackup = stored.size() - 1;
      mapOffset = (int) (bundle.size() - increment.mapSize());
      map = readMap();
    }
    file = now;
    return increment;
  }

  BlockMap readMap() throws IOException {
    byte[] bundle = stored.get(mapBackup);
    return coding.readMap(
        new ByteArrayInputStream(bundle, mapOffset, bundle.length - mapOffset), format);
  }

  /** The file rebuilt over what already exists. */
  byte[] restore(byte[] existing) throws IOException {
    BlockHasher hasher = new BlockHasher(format);
    hasher.update(existing, 0, existing.length);
    byte[] result = Arrays.copyOf(existing, file.length);
    BlockMap current = readMap();
    current.expectFileSize(file.length);
    BlockIncrementalReader reader = new BlockIncrementalReader(coding);
    for (SuperBlockRead read : BlockRestorePlan.of(current, hasher.finish())) {
      if (read.reference() >= stored.size()) {
        throw new HoldfastException(ErrorCode.FORMAT, "no such reference");
      }
      byte[] bundle = stored.get(read.reference());
      if (read.offset() > bundle.length) {
        throw new HoldfastException(ErrorCode.FORMAT, "no such offset");
      }
      reader.read(
          read,
          new ByteArrayInputStream(
              bundle, (int) read.offset(), (int) (bundle.length - read.offset())),
          (offset, bytes, length) -> {
            if (offset + length > result.length) {
              throw new HoldfastException(ErrorCode.FORMAT, "a block is too long");
            }
            System.arraycopy(bytes, 0, result, (int) offset, length);
          });
    }
    return result;
  }
}
