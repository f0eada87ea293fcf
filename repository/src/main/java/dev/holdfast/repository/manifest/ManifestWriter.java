package dev.holdfast.repository.manifest;

import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.repository.ini.InfoHeader;
import dev.holdfast.repository.ini.InfoTextWriter;
import dev.holdfast.repository.json.JsonWriter;
import java.io.OutputStream;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes a manifest's text. What equals the default is left out; the defaults are the data
 * directory's own.
 */
final class ManifestWriter {
  private final Manifest manifest;
  private final InfoTextWriter text;
  private final int fileMode;
  private final int pathMode;
  private final @Nullable String user;
  private final @Nullable String group;

  private ManifestWriter(Manifest manifest, InfoTextWriter text) {
    ManifestPath base = manifest.basePath();
    this.manifest = manifest;
    this.text = text;
    this.fileMode = ManifestText.fileModeDefault(base.mode());
    this.pathMode = base.mode();
    this.user = base.user();
    this.group = base.group();
  }

  static void write(Manifest manifest, OutputStream sink) {
    InfoHeader header =
        new InfoHeader(manifest.version(), Optional.ofNullable(manifest.cipherPass()));
    InfoTextWriter text = new InfoTextWriter(sink, header);
    new ManifestWriter(manifest, text).write();
    text.finish();
  }

  private void write() {
    backup(manifest.data());
    cluster(manifest.cluster());
    options(manifest.options());
    manifest.targets().forEach(this::target);
    for (ManifestDb database : manifest.databases()) {
      JsonWriter json = text.value(ManifestText.DB, database.name()).beginObject();
      json.key(ManifestText.DB_ID).number(database.id());
      json.key(ManifestText.DB_LAST_SYSTEM_ID).number(database.lastSystemId());
      json.endObject();
    }
    if (!manifest.data().annotations().isEmpty()) {
      text.value(ManifestText.METADATA, ManifestText.ANNOTATION)
          .stringMap(manifest.data().annotations());
    }
    for (ManifestFile file : manifest.files()) {
      file(file, text.value(ManifestText.TARGET_FILE, file.name()));
    }
    defaults(ManifestText.TARGET_FILE_DEFAULT, fileMode);
    manifest.links().forEach(this::link);
    if (!manifest.links().isEmpty()) {
      defaults(ManifestText.TARGET_LINK_DEFAULT, null);
    }
    manifest.paths().forEach(this::path);
    defaults(ManifestText.TARGET_PATH_DEFAULT, pathMode);
  }

  private void backup(ManifestData data) {
    string(ManifestText.ARCHIVE_START, data.archiveStart());
    string(ManifestText.ARCHIVE_STOP, data.archiveStop());
    flag(ManifestText.BLOCK_INCR, data.blockIncremental());
    flag(ManifestText.BUNDLE, data.bundle());
    flag(ManifestText.BUNDLE_RAW, data.bundleRaw());
    string(ManifestText.LABEL, data.label());
    string(ManifestText.LSN_START, data.lsnStart());
    string(ManifestText.LSN_STOP, data.lsnStop());
    string(ManifestText.PRIOR, data.prior());
    string(
        ManifestText.BACKUP_REFERENCE,
        data.references().stream().map(BackupLabel::text).collect(Collectors.joining(",")));
    number(ManifestText.TIMESTAMP_COPY_START, data.timestampCopyStart());
    number(ManifestText.TIMESTAMP_START, data.timestampStart());
    number(ManifestText.TIMESTAMP_STOP, data.timestampStop());
    string(ManifestText.BACKUP_TYPE, data.type().option());
  }

  private void string(String key, @Nullable Object value) {
    if (value != null) {
      text.value(ManifestText.BACKUP, key).string(value.toString());
    }
  }

  private void flag(String key, boolean value) {
    if (value) {
      text.value(ManifestText.BACKUP, key).bool(true);
    }
  }

  private void number(String key, long value) {
    text.value(ManifestText.BACKUP, key).number(value);
  }

  private void cluster(ManifestCluster cluster) {
    String section = ManifestText.BACKUP_DB;
    text.value(section, ManifestText.DB_CATALOG_VERSION).number(cluster.catalogVersion());
    text.value(section, ManifestText.DB_CONTROL_VERSION).number(cluster.controlVersion());
    text.value(section, ManifestText.DB_ID).number(cluster.historyId());
    text.value(section, ManifestText.DB_SYSTEM_ID).unsigned(cluster.systemId().value());
    text.value(section, ManifestText.DB_VERSION).string(cluster.version().toString());
  }

  private void options(ManifestOptions options) {
    option(ManifestText.OPTION_ARCHIVE_CHECK, options.archiveCheck());
    option(ManifestText.OPTION_ARCHIVE_COPY, options.archiveCopy());
    option(ManifestText.OPTION_BACKUP_STANDBY, options.backupStandby());
    option(ManifestText.OPTION_BUFFER_SIZE, options.bufferSize());
    option(ManifestText.OPTION_CHECKSUM_PAGE, options.checksumPage());
    option(ManifestText.OPTION_COMPRESS, options.compression() != CompressionType.NONE);
    option(ManifestText.OPTION_COMPRESS_LEVEL, level(options.compressLevel()));
    option(ManifestText.OPTION_COMPRESS_LEVEL_NETWORK, level(options.compressLevelNetwork()));
    text.value(ManifestText.BACKUP_OPTION, ManifestText.OPTION_COMPRESS_TYPE)
        .string(options.compression().option());
    option(ManifestText.OPTION_DELTA, options.delta());
    option(ManifestText.OPTION_HARDLINK, options.hardlink());
    option(ManifestText.OPTION_ONLINE, options.online());
    Integer processMax = options.processMax();
    option(ManifestText.OPTION_PROCESS_MAX, processMax == null ? null : processMax.longValue());
  }

  private static @Nullable Long level(@Nullable Integer level) {
    return level == null ? null : Integer.toUnsignedLong(level);
  }

  private void option(String key, @Nullable Boolean value) {
    if (value != null) {
      text.value(ManifestText.BACKUP_OPTION, key).bool(value);
    }
  }

  private void option(String key, @Nullable Long value) {
    if (value != null) {
      text.value(ManifestText.BACKUP_OPTION, key).number(value);
    }
  }

  private void target(ManifestTarget target) {
    JsonWriter json = text.value(ManifestText.BACKUP_TARGET, target.name()).beginObject();
    if (target.file() != null) {
      json.key(ManifestText.FILE).string(target.file());
    }
    json.key(ManifestText.PATH).string(target.path());
    if (target.tablespaceId() != 0) {
      json.key(ManifestText.TABLESPACE_ID).string(Long.toString(target.tablespaceId()));
    }
    if (target.tablespaceName() != null) {
      json.key(ManifestText.TABLESPACE_NAME).string(target.tablespaceName());
    }
    json.key(ManifestText.TYPE)
        .string(
            switch (target.type()) {
              case PATH -> ManifestText.TYPE_PATH;
              case LINK -> ManifestText.TYPE_LINK;
            });
    json.endObject();
  }

  private void file(ManifestFile file, JsonWriter json) {
    json.beginObject();
    if (file.blockSize() != 0) {
      json.key(ManifestText.BLOCK_SIZE).number(file.blockSize() / ManifestFile.BLOCK_SIZE_FACTOR);
      if (file.blockChecksumSize() != ManifestFile.BLOCK_CHECKSUM_SIZE_MIN) {
        json.key(ManifestText.BLOCK_CHECKSUM_SIZE).number(file.blockChecksumSize());
      }
      if (file.blockMapSize() != 0) {
        json.key(ManifestText.BLOCK_MAP_SIZE).number(file.blockMapSize());
      }
    }
    if (file.bundleId() != 0) {
      json.key(ManifestText.BUNDLE_ID).number(file.bundleId());
      if (file.bundleOffset() != 0) {
        json.key(ManifestText.BUNDLE_OFFSET).number(file.bundleOffset());
      }
    }
    if (file.size() != 0) {
      hash(json, ManifestText.CHECKSUM, file.checksum());
    }
    Boolean pagesValid = file.checksumPage();
    if (pagesValid != null) {
      json.key(ManifestText.CHECKSUM_PAGE).bool(pagesValid);
      String errors = file.checksumPageErrors();
      if (errors != null) {
        json.key(ManifestText.CHECKSUM_PAGE_ERROR).raw(errors);
      }
    }
    owner(json, ManifestText.GROUP, file.group(), group);
    mode(json, file.mode(), fileMode);
    hash(json, ManifestText.REPO_CHECKSUM, file.repoChecksum());
    BackupLabel reference = file.reference();
    if (reference != null) {
      json.key(ManifestText.REFERENCE).string(reference.text());
    }
    if (file.repoSize() != file.size()) {
      json.key(ManifestText.REPO_SIZE).number(file.repoSize());
    }
    json.key(ManifestText.SIZE).number(file.size());
    if (file.originalSize() != file.size()) {
      json.key(ManifestText.ORIGINAL_SIZE).number(file.originalSize());
    }
    json.key(ManifestText.TIMESTAMP).number(file.timestamp());
    owner(json, ManifestText.USER, file.user(), user);
    json.endObject();
  }

  private static void hash(JsonWriter json, String key, @Nullable Sha1Hash hash) {
    if (hash != null) {
      json.key(key).sha1(hash);
    }
  }

  private static void mode(JsonWriter json, int mode, int standard) {
    if (mode != standard) {
      json.key(ManifestText.MODE).string(ManifestText.mode(mode));
    }
  }

  private static void owner(
      JsonWriter json, String key, @Nullable String owner, @Nullable String standard) {
    if (!Objects.equals(owner, standard)) {
      ownerName(json.key(key), owner);
    }
  }

  private static void ownerName(JsonWriter json, @Nullable String owner) {
    if (owner == null) {
      json.bool(false);
    } else {
      json.string(owner);
    }
  }

  private void link(ManifestLink link) {
    JsonWriter json = text.value(ManifestText.TARGET_LINK, link.name()).beginObject();
    json.key(ManifestText.DESTINATION).string(link.destination());
    owner(json, ManifestText.GROUP, link.group(), group);
    owner(json, ManifestText.USER, link.user(), user);
    json.endObject();
  }

  private void path(ManifestPath path) {
    JsonWriter json = text.value(ManifestText.TARGET_PATH, path.name()).beginObject();
    owner(json, ManifestText.GROUP, path.group(), group);
    mode(json, path.mode(), pathMode);
    owner(json, ManifestText.USER, path.user(), user);
    json.endObject();
  }

  private void defaults(String section, @Nullable Integer mode) {
    ownerName(text.value(section, ManifestText.GROUP), group);
    if (mode != null) {
      text.value(section, ManifestText.MODE).string(ManifestText.mode(mode));
    }
    ownerName(text.value(section, ManifestText.USER), user);
  }
}
