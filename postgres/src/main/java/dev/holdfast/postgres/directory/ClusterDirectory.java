package dev.holdfast.postgres.directory;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Walks a data directory and tells what of it belongs into a backup.
 *
 * <p>Only one directory's entries are in memory at a time, so that the number of files does not
 * matter.
 */
public final class ClusterDirectory {
  /** The manifest's name of the data directory. */
  public static final String DATA = "pg_data";

  /** The manifest's name of the directory of tablespaces. */
  public static final String TABLESPACES = "pg_tblspc";

  private static final String DATA_TABLESPACES = DATA + "/" + TABLESPACES;

  private final DirectoryScan scan;
  private final DirectoryVisitor visitor;
  private final FileTree tree = new FileTree();
  private final Omissions omissions;
  private final LinkCheck links;
  private final String tablespaceDirectory;
  private final List<Tablespace> tablespaces = new ArrayList<>();

  /** A tablespace's link, whose files come after those of the data directory. */
  private record Tablespace(String oid, Path link) {}

  private ClusterDirectory(DirectoryScan scan, DirectoryVisitor visitor) {
    this.scan = scan;
    this.visitor = visitor;
    this.omissions = new Omissions(scan.online(), scan.exclude());
    this.links = new LinkCheck(scan.pgdata().toString());
    this.tablespaceDirectory = scan.control().tablespaceDirectory();
  }

  /**
   * Walks a data directory.
   *
   * @throws HoldfastException path-missing (73), path-open (53), link-expected (69),
   *     link-destination (70), file-open (41) when a link leads nowhere, tablespace-map (76) when
   *     the server does not know a tablespace
   */
  public static void walk(DirectoryScan scan, DirectoryVisitor visitor) {
    new ClusterDirectory(scan, visitor).walk();
  }

  private void walk() {
    Path pgdata = scan.pgdata();
    DirectoryEntry base = tree.stat(pgdata);
    if (base == null || base.kind() != DirectoryEntry.Kind.DIRECTORY) {
      throw new HoldfastException(
          ErrorCode.PATH_MISSING, "the data directory '" + pgdata + "' does not exist");
    }
    visitor.target(new FoundTarget(DATA, pgdata.toString(), null, 0, null));
    visitor.path(path(DATA, base, parentOf(pgdata)));
    contents(DATA, pgdata);
    if (!tablespaces.isEmpty()) {
      tablespaces(base);
    }
  }

  private void contents(String name, Path directory) {
    List<DirectoryEntry> entries = tree.list(directory);
    if (entries == null) {
      return;
    }
    boolean inDatabase = isDatabase(name);
    Set<String> unlogged = inDatabase ? unlogged(name, entries) : Set.of();
    for (DirectoryEntry entry : entries) {
      int number = inDatabase ? RelationNames.numberLength(entry.name()) : -1;
      boolean isUnlogged =
          number > 0
              && entry.kind() != DirectoryEntry.Kind.DIRECTORY
              && !unlogged.isEmpty()
              && unlogged.contains(entry.name().substring(0, number));
      if (!isUnlogged) {
        entry(name, directory, entry, inDatabase);
      }
    }
  }

  /** The numbers of the relations that have an init fork, which alone is kept of them. */
  private Set<String> unlogged(String name, List<DirectoryEntry> entries) {
    Set<String> numbers = new HashSet<>();
    for (DirectoryEntry entry : entries) {
      String number = RelationNames.initForkNumber(entry.name());
      if (number != null && !omissions.isUnwanted(name + "/" + entry.name())) {
        numbers.add(number);
      }
    }
    return numbers;
  }

  /** An entry of {@code directory}, which the manifest calls {@code parent}. */
  private void entry(String parent, Path directory, DirectoryEntry entry, boolean inDatabase) {
    if (Omissions.isSortFile(entry.name())) {
      return;
    }
    String name = parent + "/" + entry.name();
    if (omissions.isUnwanted(name)) {
      visitor.excluded(
          "exclude '"
              + directory
              + "/"
              + entry.name()
              + "' from backup using '"
              + relative(name)
              + "' exclusion");
      return;
    }
    switch (entry.kind()) {
      case DIRECTORY -> directory(parent, name, directory, entry);
      case FILE -> file(parent, name, directory, entry, inDatabase);
      case LINK -> link(parent, name, directory, entry, inDatabase);
      case SPECIAL ->
          visitor.warning(
              "exclude special file '" + directory + "/" + entry.name() + "' from backup");
    }
  }

  private void directory(String parent, String name, Path directory, DirectoryEntry entry) {
    Path path = FileTree.child(directory, entry.name());
    refuseInTablespaces(parent, directory, entry.name());
    visitor.path(path(name, entry, directory));
    if (omissions.isContentUnwanted(name)) {
      visitor.excluded(
          "exclude contents of '"
              + path
              + "' from backup using '"
              + relative(name)
              + "/' exclusion");
    } else if (!omissions.isContentUseless(name)) {
      contents(name, path);
    }
  }

  private void file(
      String parent, String name, Path directory, DirectoryEntry entry, boolean inDatabase) {
    refuseInTablespaces(parent, directory, entry.name());
    if (!omissions.isFileUseless(parent, entry.name(), inDatabase)) {
      visitor.file(
          new FoundFile(
              name,
              entry.size(),
              entry.modified(),
              entry.mode(),
              tree.user(entry, directory),
              tree.group(entry, directory),
              inDatabase && hasPages(entry.name())));
    }
  }

  private static boolean hasPages(String fileName) {
    return !fileName.equals("pg_filenode.map")
        && !fileName.equals("PG_VERSION")
        && !fileName.equals("pg_control");
  }

  private static void refuseInTablespaces(String parent, Path directory, String fileName) {
    if (parent.equals(DATA_TABLESPACES)) {
      throw new HoldfastException(
          ErrorCode.LINK_EXPECTED,
          "'"
              + directory
              + "/"
              + fileName
              + "' is not a symbolic link, and pg_tblspc should contain nothing else",
          "Tablespaces in place (allow_in_place_tablespaces) cannot be backed up.");
    }
  }

  private void link(
      String parent, String name, Path directory, DirectoryEntry entry, boolean inDatabase) {
    Path path = FileTree.child(directory, entry.name());
    Path destination = tree.destination(path);
    if (destination == null) {
      return;
    }
    Path absolute = path.resolveSibling(destination).normalize();
    DirectoryEntry direct = tree.stat(absolute, LinkOption.NOFOLLOW_LINKS);
    if (direct != null && direct.kind() == DirectoryEntry.Kind.LINK) {
      throw new HoldfastException(
          ErrorCode.LINK_DESTINATION,
          "link '" + path + "' cannot lead to another link '" + absolute + "'");
    }
    visitor.link(
        new FoundLink(
            name,
            destination.toString(),
            tree.user(entry, directory),
            tree.group(entry, directory)));
    if (parent.equals(DATA_TABLESPACES)) {
      tablespace(path, entry.name(), destination, absolute);
    } else {
      other(name, path, entry.name(), destination, absolute);
      DirectoryEntry there = existing(path, absolute, tree.stat(path));
      if (there != null) {
        entry(parent, directory, there, inDatabase);
      }
    }
  }

  private void other(String name, Path path, String fileName, Path destination, Path absolute) {
    DirectoryEntry there = tree.stat(path);
    boolean toFile = there != null && there.kind() != DirectoryEntry.Kind.DIRECTORY;
    Path directory = toFile ? parentOf(destination) : destination;
    String file = toFile ? String.valueOf(destination.getFileName()) : null;
    visitor.target(new FoundTarget(name, directory.toString(), file, 0, null));
    links.add(fileName, (toFile ? parentOf(absolute) : absolute).toString(), file);
  }

  private static Path parentOf(Path path) {
    Path parent = path.getParent();
    return parent == null ? Path.of(".") : parent;
  }

  private void tablespace(Path path, String oid, Path destination, Path absolute) {
    if (!RelationNames.isNumber(oid) || oid.length() > 10) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "the name of the tablespace link '" + path + "' is not a number");
    }
    visitor.target(
        new FoundTarget(
            TABLESPACES + "/" + oid,
            destination.toString(),
            null,
            Long.parseLong(oid),
            tablespaceName(oid)));
    links.add(TABLESPACES + "/" + oid, absolute.toString(), null);
    tablespaces.add(new Tablespace(oid, path));
  }

  private String tablespaceName(String oid) {
    if (scan.tablespaces() == null) {
      return "ts" + oid;
    }
    String name = scan.tablespaces().get(Long.parseLong(oid));
    if (name == null) {
      throw new HoldfastException(
          ErrorCode.TABLESPACE_MAP,
          "the server does not know the tablespace " + oid,
          "Was a tablespace created or dropped during the backup? Run the backup again.");
    }
    return name;
  }

  /** Files of tablespaces come last: their names begin with {@code pg_tblspc}. */
  private void tablespaces(DirectoryEntry base) {
    Path pgdata = scan.pgdata();
    visitor.path(path(TABLESPACES, base, parentOf(pgdata)));
    Path parent = pgdata.resolve(TABLESPACES);
    DirectoryEntry parentEntry = tree.stat(parent);
    for (Tablespace tablespace : tablespaces) {
      String name = TABLESPACES + "/" + tablespace.oid();
      visitor.path(
          parentEntry == null
              ? path(name, base, parentOf(pgdata))
              : path(name, parentEntry, pgdata));
      Path directory = tablespace.link().resolve(tablespaceDirectory);
      DirectoryEntry there = existing(tablespace.link(), directory, tree.stat(directory));
      if (there != null) {
        entry(name, tablespace.link(), there, false);
      }
    }
  }

  /** What a link leads to; null when the link has vanished meanwhile. */
  private @Nullable DirectoryEntry existing(
      Path link, Path destination, @Nullable DirectoryEntry there) {
    if (there == null && tree.stat(link, LinkOption.NOFOLLOW_LINKS) != null) {
      throw new HoldfastException(
          ErrorCode.FILE_OPEN,
          "link '" + link + "' leads to '" + destination + "', which does not exist");
    }
    return there;
  }

  private FoundPath path(String name, DirectoryEntry entry, Path directory) {
    return new FoundPath(
        name, entry.mode(), tree.user(entry, directory), tree.group(entry, directory));
  }

  /** Whether a directory holds the files of a database, or those shared by all. */
  private boolean isDatabase(String name) {
    if (name.equals(DATA + "/global")) {
      return true;
    }
    int slash = name.lastIndexOf('/');
    if (slash < 0 || !RelationNames.isNumber(name.substring(slash + 1))) {
      return false;
    }
    String parent = name.substring(0, slash);
    return parent.equals(DATA + "/base")
        || (parent.startsWith(TABLESPACES + "/") && parent.endsWith("/" + tablespaceDirectory));
  }

  private static String relative(String name) {
    return name.startsWith(DATA + "/") ? name.substring(DATA.length() + 1) : name;
  }
}
