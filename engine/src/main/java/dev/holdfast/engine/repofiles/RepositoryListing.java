package dev.holdfast.engine.repofiles;

import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Lists what is below a path of a repository, one entry at a time, so that the memory needed grows
 * with the depth of the repository and its widest directory, not with its files.
 *
 * @param path where to begin, relative to the repository; empty for all of it
 * @param recurse whether to list what is below directories too
 * @param order of the names within each directory; a directory comes before what is in it, and
 *     after it in falling order
 * @param filter which names are listed; a name is the path below {@code path}, and {@code .} is the
 *     path itself. What is in a directory may match although the directory does not.
 */
public record RepositoryListing(
    String path, boolean recurse, Order order, Predicate<String> filter) {

  /** The name of the path itself. */
  public static final String SELF = ".";

  /** How names are sorted, by their bytes. */
  public enum Order {
    /** As the storage gives them. */
    NONE,
    /** Rising. */
    ASC,
    /** Falling. */
    DESC
  }

  /** What the path itself is when it is a file, which is then listed alone. */
  public Optional<StorageEntry> file(Storage storage) {
    return path.isEmpty() ? Optional.empty() : storage.info(path).filter(StorageEntry::isFile);
  }

  /**
   * Gives each entry to the visitor, named relative to the path; nothing for a directory that is
   * missing, because object stores have no directories and cannot tell.
   */
  public void visit(Storage storage, Consumer<StorageEntry> visitor) {
    Optional<StorageEntry> file = file(storage);
    if (file.isEmpty()) {
      visit(storage, "", visitor);
    } else if (filter.test(path)) {
      visitor.accept(renamed(file.get(), SELF));
    }
  }

  private void visit(Storage storage, String below, Consumer<StorageEntry> visitor) {
    List<StorageEntry> entries = storage.list(join(path, below));
    if (order == Order.DESC) {
      entries = new ArrayList<>(entries).reversed();
    }
    for (StorageEntry entry : entries) {
      String name = join(below, entry.name());
      boolean descend = recurse && entry.isPath();
      if (descend && order == Order.DESC) {
        visit(storage, name, visitor);
      }
      if (filter.test(name)) {
        visitor.accept(renamed(entry, name));
      }
      if (descend && order != Order.DESC) {
        visit(storage, name, visitor);
      }
    }
  }

  private static String join(String above, String name) {
    return above.isEmpty() ? name : name.isEmpty() ? above : above + "/" + name;
  }

  private static StorageEntry renamed(StorageEntry entry, String name) {
    return new StorageEntry(name, entry.type(), entry.size(), entry.modified(), entry.linkTarget());
  }
}
