package dev.holdfast.engine.stream;

import dev.holdfast.codec.digest.HashingInputStream;
import dev.holdfast.codec.digest.Sha1;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Puts the pieces of one segment in one repository together: what is contiguous from 0, undamaged
 * and of one writer. What follows is left out, and said.
 */
final class TailAssembly {
  /** What damage looks like; anything else is a store that does not answer just now. */
  private static final Set<ErrorCode> DAMAGE =
      Set.of(ErrorCode.FORMAT, ErrorCode.CHECKSUM, ErrorCode.CRYPTO);

  private static final int BUFFER_BYTES = 256 * 1024;

  private final PieceStore store;
  private final SystemIdentifier system;
  private final WalSegmentSize size;
  private final FileChannel target;
  private final List<String> warnings = new ArrayList<>();
  private Sha1 chain = new Sha1();
  private int end;

  /**
   * What was put together.
   *
   * @param bytes of WAL; 0 if there is nothing
   * @param warnings what was left out
   */
  record Tail(int bytes, List<String> warnings) {
    /** Copies the list. */
    Tail {
      warnings = List.copyOf(warnings);
    }
  }

  private TailAssembly(
      PieceStore store, SystemIdentifier system, WalSegmentSize size, FileChannel target) {
    this.store = store;
    this.system = system;
    this.size = size;
    this.target = target;
  }

  /**
   * Writes what there is of a segment, and zeros up to its size.
   *
   * @param system the cluster's identifier
   * @param size of the cluster's segments
   * @param target an empty file, open for writing
   * @throws HoldfastException file-missing (55) if a piece was removed meanwhile: look again;
   *     anything else keeps the repository from answering
   */
  static Tail assemble(
      PieceStore store,
      WalSegment segment,
      SystemIdentifier system,
      WalSegmentSize size,
      FileChannel target) {
    TailAssembly assembly = new TailAssembly(store, system, size, target);
    assembly.add(store.list(segment.directory()).piecesOf(segment));
    try {
      target.truncate(assembly.end);
      if (assembly.end > 0 && assembly.end < size.bytes()) {
        target.write(ByteBuffer.allocate(1), size.bytes() - 1L);
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
    return new Tail(assembly.end, assembly.warnings);
  }

  private void add(List<PieceName> pieces) {
    for (PieceName piece : pieces) {
      if (piece.offset() < end) {
        // Merged into the one before, or left by a writer before that.
        continue;
      }
      try {
        if (piece.offset() > end) {
          throw damaged(piece, "the bytes from %d on are missing".formatted(end));
        }
        add(piece);
      } catch (HoldfastException e) {
        if (!DAMAGE.contains(e.code())) {
          throw e;
        }
        warnings.add(
            "%s: '%s' and what follows it is left out: [%s] %s"
                .formatted(
                    store.repositoryName(), piece.fileName(), e.code().typeName(), e.getMessage()));
        return;
      }
    }
  }

  private void add(PieceName piece) {
    try (InputStream stored = store.open(piece)) {
      PieceHeader header = PieceHeader.parse(stored.readNBytes(PieceHeader.BYTES));
      if (!header.name().equals(piece)
          || !header.system().equals(system)
          || !header.segmentSize().equals(size)) {
        throw damaged(piece, "it is a piece of something else");
      }
      if (!header.prefix().equals(chain.copy().hash())) {
        throw damaged(piece, "another server wrote it");
      }
      Sha1 longer = chain.copy();
      copy(piece, header, PieceStore.decode(header, stored), longer);
      chain = longer;
      end = header.end();
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private void copy(PieceName piece, PieceHeader header, InputStream content, Sha1 longer)
      throws IOException {
    byte[] bytes = new byte[BUFFER_BYTES];
    try (HashingInputStream input = new HashingInputStream(content)) {
      for (int count = input.read(bytes); count >= 0; count = input.read(bytes)) {
        if (input.count() > header.length()) {
          throw damaged(piece, "it has more bytes than its header says");
        }
        write(bytes, count, end + input.count() - count);
        longer.update(bytes, 0, count);
      }
      if (input.count() != header.length() || !input.hash().equals(header.hash())) {
        throw damaged(piece, "its content is not the one that its header says");
      }
    }
  }

  private void write(byte[] bytes, int count, long position) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
    while (buffer.hasRemaining()) {
      target.write(buffer, position + buffer.position());
    }
  }

  private static HoldfastException damaged(PieceName piece, String what) {
    return new HoldfastException(ErrorCode.CHECKSUM, "'" + piece.fileName() + "': " + what);
  }

  private static HoldfastException unwritable(IOException cause) {
    return new HoldfastException(
        ErrorCode.FILE_WRITE, "unable to put a WAL segment together: " + cause.getMessage(), cause);
  }
}
