package dev.holdfast.engine.stream;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.storage.Storage;
import dev.holdfast.testkit.TestDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A directory of WAL whose bytes are known, and where its pieces go. */
final class TailFixture implements AutoCloseable {
  static final Timeline TIMELINE = new Timeline(1);
  static final WalSegmentSize SIZE = new WalSegmentSize(1 << 20);
  static final SystemIdentifier SYSTEM = new SystemIdentifier(7_000_000_000_000_000_001L);
  static final WalSegment FIRST = WalSegment.parse("000000010000000000000003");

  final TestDirectory directory = TestDirectory.create();
  final Path wal = directory.directory("wal");
  final CompressionType compression;

  TailFixture(CompressionType compression) {
    this.compression = compression;
  }

  PieceStore store(Storage storage, boolean encrypted) {
    return new PieceStore(
        1,
        storage,
        new StanzaName("main"),
        ArchiveId.parse("15-1"),
        encrypted ? Optional.of(new CipherPass("secret")) : Optional.empty());
  }

  TailSource source() {
    return new TailSource(wal, SYSTEM, SIZE, compression, compression.defaultLevel());
  }

  /** Makes the file of a segment, as PostgreSQL would have filled it in the end. */
  byte[] segment(WalSegment segment, long seed) {
    byte[] bytes = new byte[SIZE.bytes()];
    new Random(seed).nextBytes(bytes);
    Arrays.fill(bytes, 4096, 100_000, (byte) seed);
    try {
      Files.write(wal.resolve(segment.toString()), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes;
  }

  static Lsn at(WalSegment segment, int offset) {
    return segment.start(SIZE).plus(offset);
  }

  /** What a recovery would get, and nothing if there is nothing. */
  Optional<SegmentTail> tail(WalSegment segment, PieceStore... stores) {
    return SegmentTail.longest(
        List.of(stores),
        segment,
        SYSTEM,
        SIZE,
        () -> wal.resolve("tail" + System.nanoTime() + ".hftmp"));
  }

  /** Whether it is the beginning of these bytes and zeros behind it; removes the file. */
  static boolean isBeginning(SegmentTail tail, byte[] segment) {
    try {
      byte[] expected = Arrays.copyOf(Arrays.copyOf(segment, tail.bytes()), SIZE.bytes());
      boolean same = Arrays.equals(Files.readAllBytes(tail.file()), expected);
      Files.delete(tail.file());
      return same;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    directory.close();
  }
}
