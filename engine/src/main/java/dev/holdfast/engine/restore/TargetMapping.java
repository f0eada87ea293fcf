package dev.holdfast.engine.restore;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestLink;
import dev.holdfast.repository.manifest.ManifestPath;
import dev.holdfast.repository.manifest.ManifestTarget;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the parts of a backup go on this host: the data directory, and beside it tablespaces and
 * links, as they were backed up or as the user maps them.
 *
 * <p>Names are the manifest's: {@code pg_data/...} for the data directory, {@code
 * pg_tblspc/<oid>/...} for tablespaces. Everything is written through the data directory's own
 * paths, links included, as PostgreSQL will read it.
 */
final class TargetMapping {
  static final String PG_DATA = "pg_data";
  static final String PG_TBLSPC = "pg_tblspc";

  private final Path pgPath;
  private final Map<String, Destination> targets = new LinkedHashMap<>();
  private final Map<String, Link> links = new TreeMap<>();

  /**
   * A directory that files go to.
   *
   * @param name the manifest's name
   * @param path where it is on this host
   * @param file the file's name when the target is a link to one file
   * @param tablespaceOid 0 unless it is a tablespace
   */
  record Destination(String name, Path path, @Nullable String file, long tablespaceOid) {
    boolean isTablespace() {
      return tablespaceOid != 0;
    }
  }

  /**
   * A symbolic link inside the data directory.
   *
   * @param name the manifest's name, below {@code pg_data/}
   * @param destination what is stored in the link, as it was given
   */
  record Link(String name, String destination, @Nullable String user, @Nullable String group) {}

  private TargetMapping(Path pgPath) {
    this.pgPath = pgPath;
  }

  /** Maps a manifest's targets as the request says and reports what goes elsewhere. */
  static TargetMapping of(
      Manifest manifest, Path pgPath, RestoreRequest.Targets request, Reporter reporter) {
    TargetMapping mapping = new TargetMapping(pgPath);
    mapping.addBackedUp(manifest, reporter);
    mapping.mapTablespaces(manifest, request, reporter);
    mapping.mapLinks(manifest, request, reporter);
    if (!request.allLinks()) {
      mapping.dropUnmappedLinks(request, reporter);
    }
    LinkDestinations.check(mapping);
    return mapping;
  }

  /** The data directory. */
  Path pgPath() {
    return pgPath;
  }

  /** The data directory first, then the others by name. */
  List<Destination> destinations() {
    return List.copyOf(targets.values());
  }

  /** The links to make, by name. */
  Map<String, Link> links() {
    return Map.copyOf(links);
  }

  /** The link of that name, if it is one. */
  Optional<Link> link(String name) {
    return Optional.ofNullable(links.get(name));
  }

  /** Where something of the manifest lies on this host. */
  Path path(String name) {
    if (name.equals(PG_DATA)) {
      return pgPath;
    }
    return pgPath.resolve(
        name.startsWith(PG_DATA + "/") ? name.substring(PG_DATA.length() + 1) : name);
  }

  private void addBackedUp(Manifest manifest, Reporter reporter) {
    for (ManifestTarget target : manifest.targets()) {
      if (target.name().equals(PG_DATA)) {
        if (!Path.of(target.path()).equals(pgPath)) {
          reporter.info("remap data directory to '" + pgPath + "'");
        }
        targets.put(PG_DATA, new Destination(PG_DATA, pgPath, null, 0));
      }
    }
    if (targets.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "manifest of backup " + manifest.data().label() + " has no data directory");
    }
    for (ManifestTarget target : manifest.targets()) {
      if (!target.name().equals(PG_DATA)) {
        targets.put(
            target.name(),
            new Destination(
                target.name(),
                absolute(target.name(), target.path()),
                target.file(),
                target.tablespaceId()));
      }
    }
    for (ManifestLink link : manifest.links()) {
      links.put(link.name(), new Link(link.name(), link.destination(), link.user(), link.group()));
    }
  }

  /** A relative destination is relative to the directory that holds the link. */
  private Path absolute(String name, String destination) {
    Path path = Path.of(destination);
    if (path.isAbsolute()) {
      return path.normalize();
    }
    Path holder = path(name).getParent();
    return (holder == null ? path : holder.resolve(path)).normalize();
  }

  private void mapTablespaces(
      Manifest manifest, RestoreRequest.Targets request, Reporter reporter) {
    Set<String> used = new HashSet<>();
    for (ManifestTarget target : manifest.targets()) {
      if (target.tablespaceId() == 0) {
        continue;
      }
      String oid = Long.toString(target.tablespaceId());
      @Nullable String name = target.tablespaceName();
      @Nullable String byName = name == null ? null : request.tablespaces().get(name);
      @Nullable String byOid = request.tablespaces().get(oid);
      if (byName != null && name != null) {
        used.add(name);
      }
      if (byOid != null) {
        used.add(oid);
      }
      if (byName != null && byOid != null && !byName.equals(byOid)) {
        throw new HoldfastException(
            ErrorCode.TABLESPACE_MAP,
            "tablespace remapped by name '" + name + "' and id " + oid + " with different paths");
      }
      @Nullable String path = byName != null ? byName : byOid;
      if (path == null && request.allTablespaces().isPresent()) {
        path = request.allTablespaces().get() + "/" + (name == null ? oid : name);
      }
      if (path != null) {
        reporter.info("map tablespace '" + target.name() + "' to '" + path + "'");
        targets.put(
            target.name(),
            new Destination(
                target.name(), absolute(target.name(), path), null, target.tablespaceId()));
        repoint(PG_DATA + "/" + target.name(), path);
      }
    }
    for (String name : new TreeMap<>(request.tablespaces()).keySet()) {
      if (!used.contains(name)) {
        throw new HoldfastException(
            ErrorCode.TABLESPACE_MAP,
            "unable to remap invalid tablespace '" + name + "'",
            "Does the backup contain a tablespace of this name or oid?");
      }
    }
  }

  private void mapLinks(Manifest manifest, RestoreRequest.Targets request, Reporter reporter) {
    new TreeMap<>(request.links())
        .forEach((link, destination) -> mapLink(manifest, link, destination, reporter));
  }

  private void mapLink(Manifest manifest, String link, String destination, Reporter reporter) {
    String name = PG_DATA + "/" + link;
    Destination known = targets.get(name);
    if (link.startsWith(PG_TBLSPC + "/")
        || (known != null && known.isTablespace())
        || targets.containsKey(link)) {
      throw new HoldfastException(
          ErrorCode.LINK_MAP,
          "unable to remap tablespace '" + link + "'",
          "Use the option tablespace-map to remap tablespaces.");
    }
    boolean isFile = known != null && known.file() != null;
    if (known == null) {
      isFile = manifest.files().find(name).isPresent();
      Optional<ManifestPath> base = manifest.path(PG_DATA);
      if (!isFile && manifest.path(name).isEmpty()) {
        throw new HoldfastException(
            ErrorCode.LINK_MAP,
            "unable to map link '" + link + "'",
            "Does the link reference a valid backup path or file?");
      }
      links.put(
          name,
          new Link(
              name,
              destination,
              base.map(ManifestPath::user).orElse(null),
              base.map(ManifestPath::group).orElse(null)));
      reporter.info("link '" + link + "' to '" + destination + "'");
    } else {
      repoint(name, destination);
      reporter.info("map link '" + link + "' to '" + destination + "'");
    }
    Path path = absolute(name, destination);
    if (isFile) {
      Path parent = path.getParent();
      Path file = path.getFileName();
      if (parent == null || file == null) {
        throw new HoldfastException(
            ErrorCode.LINK_MAP,
            "'"
                + destination
                + "' is not long enough to be the destination for file link '"
                + link
                + "'");
      }
      targets.put(name, new Destination(name, parent, file.toString(), 0));
    } else {
      targets.put(name, new Destination(name, path, null, 0));
    }
  }

  private void repoint(String name, String destination) {
    Link link = links.get(name);
    if (link != null) {
      links.put(name, new Link(name, destination, link.user(), link.group()));
    }
  }

  /** Links that nobody asked for become plain files and directories, so that nothing is shared. */
  private void dropUnmappedLinks(RestoreRequest.Targets request, Reporter reporter) {
    for (Destination target : new ArrayList<>(targets.values())) {
      if (target.name().equals(PG_DATA) || target.isTablespace()) {
        continue;
      }
      String link = target.name().substring(PG_DATA.length() + 1);
      if (request.links().containsKey(link)) {
        continue;
      }
      reporter.warn(
          target.file() != null
              ? "file link '" + link + "' will be restored as a file at the same location"
              : "contents of directory link '"
                  + link
                  + "' will be restored in a directory at the same location");
      targets.remove(target.name());
      links.remove(target.name());
    }
  }
}
