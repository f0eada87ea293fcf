package dev.holdfast.routing.pgbouncer;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.postgres.file.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** PgBouncer's configuration: a file, and those that it includes. */
final class IniFiles {
  private static final int DEEPEST_INCLUDE = 10;

  private final Map<Path, IniText> files;

  private IniFiles(Map<Path, IniText> files) {
    this.files = files;
  }

  /**
   * Reads them. A relative name of an included file is PgBouncer's to understand from its working
   * directory, which it does not tell; it is looked for beside the file that includes it.
   *
   * @throws HoldfastException file-missing (55), file-read (42), format (29)
   */
  static IniFiles read(Path main) {
    Map<Path, IniText> files = new LinkedHashMap<>();
    read(main, "", files, 0);
    return new IniFiles(files);
  }

  private static void read(Path path, String section, Map<Path, IniText> files, int depth) {
    if (depth > DEEPEST_INCLUDE) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "'" + path + "' is included in more than ten levels");
    }
    try {
      // A link stays a link: what it points to is replaced. Latin-1 keeps bytes of any encoding.
      Path real = path.toRealPath();
      IniText text = IniText.parse(Files.readString(real, StandardCharsets.ISO_8859_1), section);
      files.put(real, text);
      for (IniText.Include include : text.includes()) {
        read(real.resolveSibling(include.file()), include.section(), files, depth + 1);
      }
    } catch (NoSuchFileException e) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING,
          "there is no PgBouncer configuration '" + path + "'",
          e,
          "The option pooler-config names pgbouncer.ini.");
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_READ, "unable to read '" + path + "': " + e, e);
    }
  }

  /** The databases of all files. */
  List<PooledDatabase> databases() {
    return files.values().stream().flatMap(text -> text.databases().stream()).toList();
  }

  /** A setting of the pooler; of one that is given twice, the last. */
  Optional<String> setting(String name) {
    return files.values().stream()
        .flatMap(text -> text.setting(name).stream())
        .reduce((first, last) -> last);
  }

  /** Points databases at a server, in the files that have them. */
  void repoint(Set<String> names, ServerAddress server) {
    files.forEach((path, text) -> {
      String changed = text.repointed(names, server).text();
      if (!changed.equals(text.text())) {
        DurableFile.replace(
            path,
            changed.getBytes(StandardCharsets.ISO_8859_1),
            "The user that Holdfast runs as must be able to write to its directory and to keep its"
                + " owner.");
      }
    });
  }
}
