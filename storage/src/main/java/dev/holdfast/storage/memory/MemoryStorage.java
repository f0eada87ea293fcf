package dev.holdfast.storage.memory;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageFeature;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.StoragePath;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Files as arrays in one sorted map. With {@link StorageFeature#PATH} it behaves like a file
 * system, without it like a bucket, in which directories exist only while something lies in them.
 *
 * <p>One lock guards the map; content is never changed in place, so that readers need none.
 */
public final class MemoryStorage implements Storage {
  private final Set<StorageFeature> features;
  private final InstantSource clock;
  private final TreeMap<String, MemoryNode> nodes = new TreeMap<>(StoragePath.BYTE_ORDER);

  /** A store that can do everything a file system can. */
  public MemoryStorage() {
    this(
        EnumSet.of(StorageFeature.PATH, StorageFeature.HARD_LINK, StorageFeature.SYMBOLIC_LINK),
        InstantSource.system());
  }

  /** A store that can do what is said, with a clock for modification times. */
  public MemoryStorage(Set<StorageFeature> features, InstantSource clock) {
    this.features = Set.copyOf(features);
    this.clock = clock;
  }

  @Override
  public Set<StorageFeature> features() {
    return features;
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public synchronized Optional<StorageEntry> info(String path) {
    StoragePath.requirePath(path);
    if (path.isEmpty()) {
      return Optional.of(new MemoryNode.Directory(clock.instant()).entry(""));
    }
    MemoryNode node = nodes.get(path);
    return node == null ? Optional.empty() : Optional.of(node.entry(path));
  }

  @Override
  public synchronized List<StorageEntry> list(String path) {
    StoragePath.requirePath(path);
    if (!path.isEmpty() && nodes.get(path) instanceof MemoryNode node && !isPath(node)) {
      throw error(ErrorCode.PATH_OPEN, path, "is not a directory");
    }
    List<StorageEntry> entries = new ArrayList<>();
    for (Map.Entry<String, MemoryNode> node : below(path).entrySet()) {
      if (StoragePath.parent(node.getKey()).equals(path)) {
        entries.add(node.getValue().entry(StoragePath.lastPart(node.getKey())));
      }
    }
    entries.sort(Comparator.comparing(StorageEntry::name, StoragePath.BYTE_ORDER));
    return entries;
  }

  @Override
  public InputStream read(String path) {
    byte[] content = content(path);
    return new MemoryInput(path, content, 0, content.length);
  }

  @Override
  public InputStream read(String path, long offset, long length) {
    if (offset < 0 || length < 0) {
      throw error(ErrorCode.PARAM_INVALID, path, "is read with a negative range");
    }
    return new MemoryInput(path, content(path), offset, length);
  }

  private synchronized byte[] content(String path) {
    StoragePath.requireName(path);
    MemoryNode node = nodes.get(path);
    if (node instanceof MemoryNode.Link link) {
      String parent = StoragePath.parent(path);
      node = nodes.get(parent.isEmpty() ? link.target() : parent + "/" + link.target());
    }
    return switch (node) {
      case null -> throw error(ErrorCode.FILE_MISSING, path, "does not exist");
      case MemoryNode.File file -> file.content();
      case MemoryNode.Directory _, MemoryNode.Link _ ->
          throw error(ErrorCode.FILE_OPEN, path, "is not a file");
    };
  }

  @Override
  public StorageOutput write(String path) {
    return open(path, false);
  }

  @Override
  public StorageOutput writeExclusive(String path) {
    return open(path, true);
  }

  private StorageOutput open(String path, boolean exclusive) {
    createPath(StoragePath.parent(StoragePath.requireName(path)));
    return new MemoryOutput(path, content -> put(path, content, exclusive));
  }

  private synchronized void put(String path, byte[] content, boolean exclusive) {
    MemoryNode present = nodes.get(path);
    if (exclusive && present != null) {
      throw error(ErrorCode.FILE_EXISTS, path, "already exists");
    }
    if (isPath(present)) {
      throw error(ErrorCode.FILE_MOVE, path, "is a directory");
    }
    makeDirectories(StoragePath.parent(path));
    nodes.put(path, new MemoryNode.File(content, clock.instant()));
  }

  @Override
  public synchronized void createPath(String path) {
    StoragePath.requirePath(path);
    if (features.contains(StorageFeature.PATH)) {
      makeDirectories(path);
    }
  }

  private void makeDirectories(String path) {
    for (String part = path; !part.isEmpty(); part = StoragePath.parent(part)) {
      MemoryNode node = nodes.putIfAbsent(part, new MemoryNode.Directory(clock.instant()));
      if (node != null && !isPath(node)) {
        throw error(ErrorCode.PATH_CREATE, part, "is not a directory");
      }
    }
  }

  @Override
  public synchronized void remove(String path) {
    StoragePath.requireName(path);
    if (isPath(nodes.get(path))) {
      throw error(ErrorCode.FILE_REMOVE, path, "is a directory");
    }
    nodes.remove(path);
    removeEmptyParents(path);
  }

  @Override
  public synchronized void removeTree(String path) {
    StoragePath.requirePath(path);
    below(path).clear();
    nodes.remove(path);
    removeEmptyParents(path);
  }

  /** A bucket has no empty directories. */
  private void removeEmptyParents(String path) {
    if (features.contains(StorageFeature.PATH)) {
      return;
    }
    String parent = StoragePath.parent(path);
    while (!parent.isEmpty() && below(parent).isEmpty()) {
      nodes.remove(parent);
      parent = StoragePath.parent(parent);
    }
  }

  @Override
  public synchronized void move(String from, String to) {
    StoragePath.requireName(from);
    StoragePath.requireName(to);
    MemoryNode node = nodes.get(from);
    if (node == null) {
      throw error(ErrorCode.FILE_MISSING, from, "does not exist");
    }
    if (isPath(node) || isPath(nodes.get(to))) {
      throw error(ErrorCode.FILE_MOVE, from, "cannot be moved to '" + to + "': a directory");
    }
    makeDirectories(StoragePath.parent(to));
    nodes.remove(from);
    nodes.put(to, node);
    removeEmptyParents(from);
  }

  @Override
  public synchronized void syncPath(String path) {
    StoragePath.requirePath(path);
    if (features.contains(StorageFeature.PATH) && !path.isEmpty() && !isPath(nodes.get(path))) {
      throw error(ErrorCode.PATH_MISSING, path, "is not a directory");
    }
  }

  @Override
  public synchronized void createLink(String link, String target) {
    require(StorageFeature.SYMBOLIC_LINK, link);
    StoragePath.requireName(link);
    if (isPath(nodes.get(link))) {
      throw error(ErrorCode.FILE_WRITE, link, "is a directory");
    }
    makeDirectories(StoragePath.parent(link));
    nodes.put(link, new MemoryNode.Link(target, clock.instant()));
  }

  @Override
  public synchronized void createHardLink(String existing, String link) {
    require(StorageFeature.HARD_LINK, link);
    StoragePath.requireName(existing);
    StoragePath.requireName(link);
    if (!(nodes.get(existing) instanceof MemoryNode.File file)) {
      throw error(ErrorCode.FILE_MISSING, existing, "is not an existing file");
    }
    if (nodes.containsKey(link)) {
      throw error(ErrorCode.FILE_EXISTS, link, "already exists");
    }
    makeDirectories(StoragePath.parent(link));
    nodes.put(link, file);
  }

  private void require(StorageFeature feature, String path) {
    if (!features.contains(feature)) {
      throw error(ErrorCode.FEATURE_NOT_SUPPORTED, path, "cannot be linked in this store");
    }
  }

  private Map<String, MemoryNode> below(String path) {
    // '0' is the character after '/'.
    return path.isEmpty() ? nodes : nodes.subMap(path + "/", true, path + "0", false);
  }

  private static boolean isPath(@Nullable MemoryNode node) {
    return node instanceof MemoryNode.Directory;
  }

  private static HoldfastException error(ErrorCode code, String path, String what) {
    return new HoldfastException(code, "'" + path + "' in memory " + what);
  }
}
