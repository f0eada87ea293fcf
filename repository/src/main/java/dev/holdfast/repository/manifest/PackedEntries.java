package dev.holdfast.repository.manifest;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Files' entries in large arrays. An entry begins with its name's length and bytes, then flags,
 * then only the fields that differ from the usual; numbers are in groups of seven bits. Reference,
 * and mode with owners, are indices into lists, because few different ones occur.
 *
 * <p>An entry's position is its chunk's number and its offset there in one int.
 */
final class PackedEntries {
  /** The mode that stands for the default that is not known yet. */
  static final int DEFAULT_MODE = -1;

  /** The owner that stands for the default that is not known yet; no real name contains a zero. */
  static final String DEFAULT_OWNER = "\0";

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private static final int CHUNK_BITS = 20;
  private static final int CHUNK_SIZE = 1 << CHUNK_BITS;
  private static final int CHUNKS_MAX = 1 << (Integer.SIZE - CHUNK_BITS);
  private static final int HASH_SIZE = 20;

  private static final int CHECKSUM = 1;
  private static final int REPO_CHECKSUM = 1 << 1;
  private static final int REFERENCE = 1 << 2;
  private static final int BUNDLE = 1 << 3;
  private static final int PAGES_VALID = 1 << 4;
  private static final int PAGES_INVALID = 1 << 5;
  private static final int ORIGINAL_SIZE = 1 << 6;
  private static final int EMPTY_CHECKSUM = 1 << 7;
  private static final int BLOCKS = 1 << 8;
  private static final int PAGE_ERRORS = 1 << 9;

  /** Timestamps are stored as the distance from here (2023), which takes a byte less. */
  private static final long TIME_BASE = 1_700_000_000L;

  private final List<byte[]> chunks;
  private final List<BackupLabel> references;
  private final List<Ownership> ownerships;

  private PackedEntries(
      List<byte[]> chunks, List<BackupLabel> references, List<Ownership> ownerships) {
    this.chunks = chunks;
    this.references = references;
    this.ownerships = ownerships;
  }

  private record Ownership(int mode, @Nullable String user, @Nullable String group) {}

  /** The entries so far, unaffected by what is added later. */
  PackedEntries copy() {
    return new PackedEntries(
        new ArrayList<>(chunks), List.copyOf(references), new ArrayList<>(ownerships));
  }

  List<BackupLabel> references() {
    return List.copyOf(references);
  }

  long memoryBytes() {
    long bytes = 0;
    for (byte[] chunk : chunks) {
      bytes += chunk.length;
    }
    return bytes;
  }

  String name(int position) {
    Cursor cursor = new Cursor(position);
    int length = (int) cursor.number();
    return new String(cursor.chunk, cursor.offset, length, StandardCharsets.UTF_8);
  }

  int compareName(int position, byte[] wanted) {
    Cursor cursor = new Cursor(position);
    int length = (int) cursor.number();
    return Arrays.compareUnsigned(
        cursor.chunk, cursor.offset, cursor.offset + length, wanted, 0, wanted.length);
  }

  int compareName(int position, PackedEntries other, int otherPosition) {
    Cursor left = new Cursor(position);
    int leftLength = (int) left.number();
    Cursor right = other.new Cursor(otherPosition);
    int rightLength = (int) right.number();
    return Arrays.compareUnsigned(
        left.chunk,
        left.offset,
        left.offset + leftLength,
        right.chunk,
        right.offset,
        right.offset + rightLength);
  }

  ManifestFile read(int position) {
    Cursor cursor = new Cursor(position);
    int nameLength = (int) cursor.number();
    String name = new String(cursor.chunk, cursor.offset, nameLength, StandardCharsets.UTF_8);
    cursor.offset += nameLength;
    int flags = (int) cursor.number();
    Ownership ownership = ownerships.get((int) cursor.number());
    long size = cursor.number();
    long repoSize = cursor.number();
    long originalSize = (flags & ORIGINAL_SIZE) != 0 ? cursor.number() : size;
    long distance = cursor.number();
    long timestamp = TIME_BASE + ((distance >>> 1) ^ -(distance & 1));
    Sha1Hash checksum = null;
    if ((flags & EMPTY_CHECKSUM) != 0) {
      checksum = Sha1Hash.EMPTY;
    } else if ((flags & CHECKSUM) != 0) {
      checksum = cursor.hash();
    }
    Sha1Hash repoChecksum = (flags & REPO_CHECKSUM) != 0 ? cursor.hash() : null;
    BackupLabel reference = (flags & REFERENCE) != 0 ? references.get((int) cursor.number()) : null;
    boolean bundled = (flags & BUNDLE) != 0;
    long bundleId = bundled ? cursor.number() : 0;
    long bundleOffset = bundled ? cursor.number() : 0;
    boolean blocks = (flags & BLOCKS) != 0;
    int blockSize = blocks ? (int) cursor.number() : 0;
    int blockChecksumSize = blocks ? (int) cursor.number() : 0;
    long blockMapSize = blocks ? cursor.number() : 0;
    return new ManifestFile(
        name,
        size,
        originalSize,
        repoSize,
        timestamp,
        checksum,
        repoChecksum,
        reference,
        bundleId,
        bundleOffset,
        blockSize,
        blockChecksumSize,
        blockMapSize,
        pagesValid(flags),
        (flags & PAGE_ERRORS) != 0 ? cursor.text() : null,
        ownership.mode,
        ownership.user,
        ownership.group);
  }

  private static @Nullable Boolean pagesValid(int flags) {
    if ((flags & PAGES_VALID) != 0) {
      return true;
    }
    return (flags & PAGES_INVALID) != 0 ? Boolean.FALSE : null;
  }

  /** Reads one entry from its beginning. */
  private final class Cursor {
    final byte[] chunk;
    int offset;

    Cursor(int position) {
      this.chunk = chunks.get(position >>> CHUNK_BITS);
      this.offset = position & (CHUNK_SIZE - 1);
    }

    long number() {
      long value = 0;
      int shift = 0;
      byte next;
      do {
        next = chunk[offset++];
        value |= (long) (next & 0x7F) << shift;
        shift += 7;
      } while (next < 0);
      return value;
    }

    Sha1Hash hash() {
      Sha1Hash hash =
          new Sha1Hash(
              (long) LONG.get(chunk, offset),
              (long) LONG.get(chunk, offset + 8),
              (int) INT.get(chunk, offset + 16));
      offset += HASH_SIZE;
      return hash;
    }

    String text() {
      int length = (int) number();
      return new String(chunk, offset, length, StandardCharsets.UTF_8);
    }
  }

  /** Appends entries; used under its owner's lock. */
  static final class Writer {
    private final PackedEntries entries =
        new PackedEntries(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    private final Map<BackupLabel, Integer> referenceIndex = new HashMap<>();
    private final Map<Ownership, Integer> ownershipIndex = new HashMap<>();
    private byte[] scratch = new byte[512];
    private int length;

    /** Bytes of the last chunk that are used. */
    private int used = CHUNK_SIZE;

    PackedEntries entries() {
      return entries;
    }

    int append(ManifestFile file) {
      length = 0;
      text(file.name());
      int flags = flags(file);
      number(flags);
      number(
          index(
              ownershipIndex,
              entries.ownerships,
              new Ownership(file.mode(), file.user(), file.group())));
      number(file.size());
      number(file.repoSize());
      if ((flags & ORIGINAL_SIZE) != 0) {
        number(file.originalSize());
      }
      long distance = file.timestamp() - TIME_BASE;
      number((distance << 1) ^ (distance >> 63));
      if ((flags & CHECKSUM) != 0) {
        hash(file.checksum());
      }
      hash(file.repoChecksum());
      BackupLabel reference = file.reference();
      if (reference != null) {
        number(index(referenceIndex, entries.references, reference));
      }
      if ((flags & BUNDLE) != 0) {
        number(file.bundleId());
        number(file.bundleOffset());
      }
      if ((flags & BLOCKS) != 0) {
        number(file.blockSize());
        number(file.blockChecksumSize());
        number(file.blockMapSize());
      }
      String errors = file.checksumPageErrors();
      if (errors != null) {
        text(errors);
      }
      return store();
    }

    private static int flags(ManifestFile file) {
      int flags = 0;
      Sha1Hash checksum = file.checksum();
      if (checksum != null) {
        flags |= checksum.equals(Sha1Hash.EMPTY) ? EMPTY_CHECKSUM : CHECKSUM;
      }
      Boolean valid = file.checksumPage();
      if (valid != null) {
        flags |= valid ? PAGES_VALID : PAGES_INVALID;
      }
      flags |= file.repoChecksum() != null ? REPO_CHECKSUM : 0;
      flags |= file.reference() != null ? REFERENCE : 0;
      flags |= file.bundleId() != 0 ? BUNDLE : 0;
      flags |= file.originalSize() != file.size() ? ORIGINAL_SIZE : 0;
      flags |= file.blockSize() != 0 ? BLOCKS : 0;
      flags |= file.checksumPageErrors() != null ? PAGE_ERRORS : 0;
      return flags;
    }

    void resolveDefaults(int mode, @Nullable String user, @Nullable String group) {
      entries.ownerships.replaceAll(ownership ->
          new Ownership(
              ownership.mode == DEFAULT_MODE ? mode : ownership.mode,
              DEFAULT_OWNER.equals(ownership.user) ? user : ownership.user,
              DEFAULT_OWNER.equals(ownership.group) ? group : ownership.group));
      ownershipIndex.clear();
    }

    private static <T> int index(Map<T, Integer> index, List<T> list, T item) {
      Integer known = index.get(item);
      if (known == null) {
        known = list.size();
        list.add(item);
        index.put(item, known);
      }
      return known;
    }

    private int store() {
      if (used + length > CHUNK_SIZE) {
        if (entries.chunks.size() == CHUNKS_MAX) {
          throw new HoldfastException(
              ErrorCode.MEMORY, "the manifest has more files than can be held");
        }
        entries.chunks.add(new byte[Math.max(CHUNK_SIZE, length)]);
        used = 0;
      }
      int last = entries.chunks.size() - 1;
      System.arraycopy(scratch, 0, entries.chunks.get(last), used, length);
      int position = last << CHUNK_BITS | used;
      used += length;
      return position;
    }

    private void room(int bytes) {
      if (scratch.length - length < bytes) {
        scratch = Arrays.copyOf(scratch, Math.max(length + bytes, scratch.length * 2));
      }
    }

    private void number(long value) {
      room(10);
      long rest = value;
      while ((rest & ~0x7FL) != 0) {
        scratch[length++] = (byte) (rest | 0x80);
        rest >>>= 7;
      }
      scratch[length++] = (byte) rest;
    }

    private void hash(@Nullable Sha1Hash hash) {
      if (hash != null) {
        room(HASH_SIZE);
        LONG.set(scratch, length, hash.high());
        LONG.set(scratch, length + 8, hash.middle());
        INT.set(scratch, length + 16, hash.low());
        length += HASH_SIZE;
      }
    }

    private void text(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      number(bytes.length);
      room(bytes.length);
      System.arraycopy(bytes, 0, scratch, length, bytes.length);
      length += bytes.length;
    }
  }
}
