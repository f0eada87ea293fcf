package dev.holdfast.repository.manifest;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.repository.ini.InfoHeader;
import dev.holdfast.repository.ini.InfoText;
import dev.holdfast.repository.json.JsonReader;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a manifest's text. The defaults come after what they are defaults of, so that what a line
 * leaves out is marked until the end.
 */
final class ManifestReader {
  private final HeaderReader header = new HeaderReader();
  private final List<ManifestTarget> targets = new ArrayList<>();
  private final List<ManifestDb> databases = new ArrayList<>();
  private final List<ManifestLink> links = new ArrayList<>();
  private final List<ManifestPath> paths = new ArrayList<>();
  private final ManifestFilesBuilder files = ManifestFiles.builder();
  private final Defaults fileDefaults = new Defaults("file");
  private final Defaults linkDefaults = new Defaults("link");
  private final Defaults pathDefaults = new Defaults("path");

  /** Labels and owners that occur again and again. */
  private final Map<String, BackupLabel> labels = new HashMap<>();

  private final Map<String, String> owners = new HashMap<>();

  private ManifestReader() {}

  static Manifest read(InputStream text, boolean decrypted) {
    ManifestReader reader = new ManifestReader();
    InfoHeader header = InfoText.read(text, decrypted, reader::value);
    return reader.manifest(header);
  }

  private void value(String section, String key, JsonReader json) {
    switch (section) {
      case ManifestText.TARGET_FILE -> files.add(file(key, json));
      case ManifestText.TARGET_PATH -> paths.add(path(key, json));
      case ManifestText.TARGET_LINK -> links.add(link(key, json));
      case ManifestText.TARGET_FILE_DEFAULT -> fileDefaults.value(key, json);
      case ManifestText.TARGET_PATH_DEFAULT -> pathDefaults.value(key, json);
      case ManifestText.TARGET_LINK_DEFAULT -> linkDefaults.value(key, json);
      case ManifestText.BACKUP_TARGET -> targets.add(target(key, json));
      case ManifestText.DB -> databases.add(database(key, json));
      case ManifestText.BACKUP -> header.backup(key, json);
      case ManifestText.BACKUP_DB -> header.cluster(key, json);
      case ManifestText.BACKUP_OPTION -> header.option(key, json);
      case ManifestText.METADATA -> header.metadata(key, json);
      default -> {
        // A newer version's; covered by the checksum like all others.
      }
    }
  }

  private ManifestFile file(String name, JsonReader json) {
    long size = -1;
    long originalSize = -1;
    long repoSize = -1;
    long timestamp = 0;
    boolean timestampFound = false;
    Sha1Hash checksum = null;
    Sha1Hash repoChecksum = null;
    BackupLabel reference = null;
    long bundleId = 0;
    long bundleOffset = 0;
    long blockFactor = 0;
    int blockChecksumSize = ManifestFile.BLOCK_CHECKSUM_SIZE_MIN;
    long blockMapSize = 0;
    Boolean checksumPage = null;
    String checksumPageErrors = null;
    int mode = PackedEntries.DEFAULT_MODE;
    String user = PackedEntries.DEFAULT_OWNER;
    String group = PackedEntries.DEFAULT_OWNER;
    json.beginObject();
    String key = json.nextKey();
    while (key != null) {
      switch (key) {
        case ManifestText.BLOCK_SIZE -> blockFactor = json.readSize();
        case ManifestText.BLOCK_CHECKSUM_SIZE -> blockChecksumSize = json.readCount();
        case ManifestText.BLOCK_MAP_SIZE -> blockMapSize = json.readSize();
        case ManifestText.BUNDLE_ID -> bundleId = json.readSize();
        case ManifestText.BUNDLE_OFFSET -> bundleOffset = json.readSize();
        case ManifestText.CHECKSUM -> checksum = json.readSha1();
        case ManifestText.CHECKSUM_PAGE -> checksumPage = json.readBoolean();
        case ManifestText.CHECKSUM_PAGE_ERROR -> checksumPageErrors = json.readRaw();
        case ManifestText.GROUP -> group = owner(json);
        case ManifestText.MODE -> mode = mode(json);
        case ManifestText.REPO_CHECKSUM -> repoChecksum = json.readSha1();
        case ManifestText.REFERENCE -> reference = label(json.readString());
        case ManifestText.REPO_SIZE -> repoSize = json.readSize();
        case ManifestText.SIZE -> size = json.readSize();
        case ManifestText.ORIGINAL_SIZE -> originalSize = json.readSize();
        case ManifestText.TIMESTAMP -> {
          timestamp = json.readLong();
          timestampFound = true;
        }
        case ManifestText.USER -> user = owner(json);
        default -> json.skip();
      }
      key = json.nextKey();
    }
    if (size < 0 || !timestampFound) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "missing %s for file '%s'".formatted(size < 0 ? "size" : "timestamp", name));
    }
    return new ManifestFile(
        name,
        size,
        originalSize < 0 ? size : originalSize,
        repoSize < 0 ? size : repoSize,
        timestamp,
        size == 0 ? Sha1Hash.EMPTY : checksum,
        repoChecksum,
        reference,
        bundleId,
        bundleOffset,
        blockSize(blockFactor),
        blockFactor == 0 ? 0 : blockChecksumSize,
        blockFactor == 0 ? 0 : blockMapSize,
        checksumPage,
        checksumPageErrors,
        mode,
        user,
        group);
  }

  private static int blockSize(long factor) {
    if (factor > Integer.MAX_VALUE / ManifestFile.BLOCK_SIZE_FACTOR) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "block size factor " + factor + " is too large");
    }
    return (int) factor * ManifestFile.BLOCK_SIZE_FACTOR;
  }

  private BackupLabel label(String text) {
    return labels.computeIfAbsent(text, BackupLabel::new);
  }

  /** An owner's name, or {@code false} for one that had none. */
  private @Nullable String owner(JsonReader json) {
    if (json.isString()) {
      String name = json.readString();
      return owners.computeIfAbsent(name, same -> same);
    }
    if (json.readBoolean()) {
      throw new HoldfastException(ErrorCode.FORMAT, "an owner is a name or false");
    }
    return null;
  }

  private static int mode(JsonReader json) {
    String octal = json.readString();
    try {
      int mode = Integer.parseInt(octal, 8);
      if (mode < 0 || mode > 07777 || octal.startsWith("+")) {
        throw invalidMode(octal, null);
      }
      return mode;
    } catch (NumberFormatException e) {
      throw invalidMode(octal, e);
    }
  }

  private static HoldfastException invalidMode(String octal, @Nullable Throwable cause) {
    return new HoldfastException(ErrorCode.FORMAT, "'" + octal + "' is not a mode", cause);
  }

  private ManifestPath path(String name, JsonReader json) {
    int mode = PackedEntries.DEFAULT_MODE;
    String user = PackedEntries.DEFAULT_OWNER;
    String group = PackedEntries.DEFAULT_OWNER;
    json.beginObject();
    String key = json.nextKey();
    while (key != null) {
      switch (key) {
        case ManifestText.GROUP -> group = owner(json);
        case ManifestText.MODE -> mode = mode(json);
        case ManifestText.USER -> user = owner(json);
        default -> json.skip();
      }
      key = json.nextKey();
    }
    return new ManifestPath(name, mode, user, group);
  }

  private ManifestLink link(String name, JsonReader json) {
    String destination = null;
    String user = PackedEntries.DEFAULT_OWNER;
    String group = PackedEntries.DEFAULT_OWNER;
    json.beginObject();
    String key = json.nextKey();
    while (key != null) {
      switch (key) {
        case ManifestText.DESTINATION -> destination = json.readString();
        case ManifestText.GROUP -> group = owner(json);
        case ManifestText.USER -> user = owner(json);
        default -> json.skip();
      }
      key = json.nextKey();
    }
    return new ManifestLink(name, require(destination, name, "destination"), user, group);
  }

  private ManifestTarget target(String name, JsonReader json) {
    String file = null;
    String path = null;
    String tablespaceId = null;
    String tablespaceName = null;
    String type = null;
    json.beginObject();
    String key = json.nextKey();
    while (key != null) {
      switch (key) {
        case ManifestText.FILE -> file = json.readString();
        case ManifestText.PATH -> path = json.readString();
        case ManifestText.TABLESPACE_ID -> tablespaceId = json.readString();
        case ManifestText.TABLESPACE_NAME -> tablespaceName = json.readString();
        case ManifestText.TYPE -> type = json.readString();
        default -> json.skip();
      }
      key = json.nextKey();
    }
    return new ManifestTarget(
        name,
        type(require(type, name, "type")),
        require(path, name, "path"),
        file,
        tablespaceId == null ? 0 : oid(tablespaceId),
        tablespaceName);
  }

  private static ManifestTarget.Type type(String text) {
    return switch (text) {
      case ManifestText.TYPE_PATH -> ManifestTarget.Type.PATH;
      case ManifestText.TYPE_LINK -> ManifestTarget.Type.LINK;
      default ->
          throw new HoldfastException(ErrorCode.FORMAT, "'" + text + "' is not a target's type");
    };
  }

  private static long oid(String text) {
    try {
      return Integer.toUnsignedLong(Integer.parseUnsignedInt(text));
    } catch (NumberFormatException e) {
      throw new HoldfastException(ErrorCode.FORMAT, "'" + text + "' is not an oid", e);
    }
  }

  private static ManifestDb database(String name, JsonReader json) {
    long id = -1;
    long lastSystemId = 0;
    json.beginObject();
    String key = json.nextKey();
    while (key != null) {
      switch (key) {
        case ManifestText.DB_ID -> id = json.readSize();
        case ManifestText.DB_LAST_SYSTEM_ID -> lastSystemId = json.readSize();
        default -> json.skip();
      }
      key = json.nextKey();
    }
    return new ManifestDb(name, require(id < 0 ? null : id, name, "db-id"), lastSystemId);
  }

  private static <T> T require(@Nullable T value, String name, String key) {
    if (value == null) {
      throw new HoldfastException(ErrorCode.FORMAT, "'" + name + "' lacks '" + key + "'");
    }
    return value;
  }

  private Manifest manifest(InfoHeader info) {
    fileDefaults.requireFor(files.size());
    files.resolveDefaults(fileDefaults.mode, fileDefaults.user, fileDefaults.group);
    ManifestFiles built = files.build();
    linkDefaults.requireFor(links.size());
    links.replaceAll(link ->
        new ManifestLink(
            link.name(),
            link.destination(),
            linkDefaults.user(link.user()),
            linkDefaults.group(link.group())));
    pathDefaults.requireFor(paths.size());
    paths.replaceAll(path ->
        new ManifestPath(
            path.name(),
            path.mode() == PackedEntries.DEFAULT_MODE ? pathDefaults.mode : path.mode(),
            pathDefaults.user(path.user()),
            pathDefaults.group(path.group())));
    return new Manifest(
        info.version(),
        info.cipherPass().orElse(null),
        header.data(built.references()),
        header.cluster(),
        header.options(),
        targets,
        paths,
        links,
        databases,
        built);
  }

  /** What files, links or paths have that do not say. */
  private final class Defaults {
    private final String kind;
    private int mode;
    private @Nullable String user = PackedEntries.DEFAULT_OWNER;
    private @Nullable String group = PackedEntries.DEFAULT_OWNER;

    Defaults(String kind) {
      this.kind = kind;
    }

    void value(String key, JsonReader json) {
      switch (key) {
        case ManifestText.MODE -> mode = mode(json);
        case ManifestText.USER -> user = owner(json);
        case ManifestText.GROUP -> group = owner(json);
        default -> {}
      }
    }

    void requireFor(int count) {
      boolean complete =
          !PackedEntries.DEFAULT_OWNER.equals(user) && !PackedEntries.DEFAULT_OWNER.equals(group);
      if (count > 0 && !complete) {
        throw new HoldfastException(
            ErrorCode.FORMAT, "section 'target:" + kind + ":default' is missing or incomplete");
      }
    }

    @Nullable String user(@Nullable String said) {
      return PackedEntries.DEFAULT_OWNER.equals(said) ? user : said;
    }

    @Nullable String group(@Nullable String said) {
      return PackedEntries.DEFAULT_OWNER.equals(said) ? group : said;
    }
  }
}
