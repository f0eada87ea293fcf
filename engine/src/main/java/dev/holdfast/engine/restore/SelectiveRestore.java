package dev.holdfast.engine.restore;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestDb;
import dev.holdfast.repository.manifest.ManifestFile;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which files a selective restore leaves as holes: those of databases that are not wanted.
 * PostgreSQL must find a file of the right length at each name that its catalogs know, or recovery
 * fails; so they are made sparse rather than left out. The system's own databases are always
 * restored unless excluded by name.
 *
 * @param zeroed oids of the databases whose files are holes
 */
record SelectiveRestore(Set<Long> zeroed) {
  /** The first oid that PostgreSQL gives to what users make. */
  private static final long FIRST_USER_OID = 16384;

  private static final Set<String> SYSTEM = Set.of("postgres", "template0", "template1");

  /** Resolves names and oids against the databases of the backup. */
  static SelectiveRestore of(
      Manifest manifest, RestoreRequest.Databases request, Reporter reporter) {
    if (request.isAll()) {
      return new SelectiveRestore(Set.of());
    }
    Set<Long> system = new TreeSet<>();
    Set<Long> all = new TreeSet<>();
    for (ManifestDb db : manifest.databases()) {
      if (SYSTEM.contains(db.name()) || db.id() < FIRST_USER_OID) {
        system.add(db.id());
        all.add(db.id());
      }
    }
    for (ManifestFile file : manifest.files()) {
      long oid = file.name().endsWith("/PG_VERSION") ? databaseOf(file.name()) : 0;
      if (oid != 0) {
        all.add(oid);
        if (oid < FIRST_USER_OID) {
          system.add(oid);
        }
      }
    }
    if (all.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "no databases found for selective restore", "Is this a valid cluster?");
    }
    reporter.log(Reporter.Level.DETAIL, "databases found for selective restore " + all);
    Set<Long> excluded = new TreeSet<>();
    for (String name : request.exclude()) {
      excluded.add(resolve(manifest, all, name, "exclude"));
    }
    Set<Long> zeroed = new TreeSet<>(request.include().isEmpty() ? excluded : all);
    for (String name : request.include()) {
      long oid = resolve(manifest, all, name, "include");
      if (system.contains(oid)) {
        throw new HoldfastException(
            ErrorCode.DB_INVALID,
            "system databases (template0, postgres, etc.) are included by default");
      }
      if (excluded.contains(oid)) {
        throw new HoldfastException(
            ErrorCode.DB_INVALID, "database to include '" + name + "' is in the exclude list");
      }
      zeroed.remove(oid);
    }
    if (!request.include().isEmpty()) {
      zeroed.removeIf(oid -> system.contains(oid) && !excluded.contains(oid));
    }
    if (zeroed.isEmpty()) {
      reporter.info("nothing to filter - all user databases have been selected");
    } else {
      reporter.log(
          Reporter.Level.DETAIL, "databases excluded (zeroed) from selective restore " + zeroed);
    }
    return new SelectiveRestore(Set.copyOf(zeroed));
  }

  /** Whether a file of the manifest becomes a hole. PG_VERSION never does: it says what it is. */
  boolean isZeroed(String name) {
    return !zeroed.isEmpty() && !name.endsWith("/PG_VERSION") && zeroed.contains(databaseOf(name));
  }

  private static long resolve(Manifest manifest, Set<Long> all, String name, String verb) {
    if (name.chars().allMatch(c -> c >= '0' && c <= '9') && !name.isEmpty() && name.length() < 11) {
      long oid = Long.parseLong(name);
      if (all.contains(oid)) {
        return oid;
      }
    }
    return manifest.databases().stream()
        .filter(db -> db.name().equals(name) && all.contains(db.id()))
        .findFirst()
        .map(ManifestDb::id)
        .orElseThrow(() ->
            new HoldfastException(
                ErrorCode.DB_MISSING,
                "database to " + verb + " '" + name + "' does not exist",
                "Run info with --set to see the databases in a backup."));
  }

  /**
   * The database that a file belongs to: {@code pg_data/base/<oid>/...} or {@code
   * pg_tblspc/<oid>/PG_*&#47;<oid>/...}; 0 for any other.
   */
  private static long databaseOf(String name) {
    int from;
    if (name.startsWith("pg_data/base/")) {
      from = "pg_data/base/".length();
    } else if (name.startsWith("pg_tblspc/")) {
      int version = name.indexOf('/', "pg_tblspc/".length());
      from = version < 0 ? -1 : name.indexOf('/', version + 1) + 1;
      if (from <= 0) {
        return 0;
      }
    } else {
      return 0;
    }
    int to = name.indexOf('/', from);
    if (to <= from || to - from > 10) {
      return 0;
    }
    for (int i = from; i < to; i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return 0;
      }
    }
    return Long.parseLong(name, from, to, 10);
  }
}
