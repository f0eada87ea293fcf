package dev.holdfast.repository.manifest;

import dev.holdfast.domain.BackupLabel;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A backup's files in byte order of their names, packed into about a hundred bytes each. Immutable,
 * and thread-safe.
 *
 * <p>An index is stable for this instance only. Looking up by name is a binary search.
 */
public final class ManifestFiles implements Iterable<ManifestFile> {
  private final PackedEntries entries;

  /** Where each file's entry lies, in order of the names. */
  private final int[] positions;

  ManifestFiles(PackedEntries entries, int[] positions) {
    this.entries = entries;
    this.positions = positions;
  }

  /** Begins to collect files. */
  public static ManifestFilesBuilder builder() {
    return new ManifestFilesBuilder();
  }

  /** Packs these files, in any order. */
  public static ManifestFiles of(Iterable<ManifestFile> files) {
    ManifestFilesBuilder builder = builder();
    files.forEach(builder::add);
    return builder.build();
  }

  /** How many there are. */
  public int size() {
    return positions.length;
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return positions.length == 0;
  }

  /** The file at an index, 0 and up. */
  public ManifestFile get(int index) {
    return entries.read(positions[index]);
  }

  /** The name of the file at an index, without unpacking the rest. */
  public String name(int index) {
    return entries.name(positions[index]);
  }

  /** The index of the file of this name; nothing when there is none. */
  public OptionalInt indexOf(String name) {
    byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
    int low = 0;
    int high = positions.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = entries.compareName(positions[middle], wanted);
      if (order == 0) {
        return OptionalInt.of(middle);
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return OptionalInt.empty();
  }

  /** The file of this name. */
  public Optional<ManifestFile> find(String name) {
    OptionalInt index = indexOf(name);
    return index.isPresent() ? Optional.of(get(index.getAsInt())) : Optional.empty();
  }

  /**
   * These files, with every one replaced that the others have too: a plan, overlaid by the results
   * so far. What only the others have is left out.
   */
  public ManifestFiles overlaidBy(ManifestFiles results) {
    ManifestFilesBuilder merged = builder();
    int theirs = 0;
    for (int ours = 0; ours < size(); ours++) {
      int order = -1;
      while (theirs < results.size() && (order = results.compareName(theirs, this, ours)) < 0) {
        theirs++;
      }
      boolean replaced = theirs < results.size() && order == 0;
      merged.add(replaced ? results.get(theirs) : get(ours));
    }
    return merged.build();
  }

  private int compareName(int index, ManifestFiles other, int otherIndex) {
    return entries.compareName(positions[index], other.entries, other.positions[otherIndex]);
  }

  /** The backups that files are taken from, in no particular order. */
  public List<BackupLabel> references() {
    return entries.references();
  }

  /** Bytes of memory that the packed form takes. */
  public long memoryBytes() {
    return entries.memoryBytes() + 4L * positions.length;
  }

  PackedEntries entries() {
    return entries;
  }

  int position(int index) {
    return positions[index];
  }

  @Override
  public Iterator<ManifestFile> iterator() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < positions.length;
      }

      @Override
      public ManifestFile next() {
        if (next >= positions.length) {
          throw new NoSuchElementException();
        }
        return get(next++);
      }
    };
  }
}
