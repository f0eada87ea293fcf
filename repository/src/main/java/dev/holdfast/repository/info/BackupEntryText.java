package dev.holdfast.repository.info;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.repository.json.JsonReader;
import dev.holdfast.repository.json.JsonWriter;
import dev.holdfast.storage.StoragePath;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A value of {@code [backup:current]}: the keys by name, each with its JSON text. */
final class BackupEntryText {
  private static final String FORMAT = "backrest-format";
  private static final String VERSION = "backrest-version";
  private static final String ANNOTATION = "backup-annotation";
  private static final String ARCHIVE_START = "backup-archive-start";
  private static final String ARCHIVE_STOP = "backup-archive-stop";
  private static final String ERROR = "backup-error";
  private static final String REPO_SIZE = "backup-info-repo-size";
  private static final String REPO_SIZE_DELTA = "backup-info-repo-size-delta";
  private static final String REPO_SIZE_MAP = "backup-info-repo-size-map";
  private static final String REPO_SIZE_MAP_DELTA = "backup-info-repo-size-map-delta";
  private static final String SIZE = "backup-info-size";
  private static final String SIZE_DELTA = "backup-info-size-delta";
  private static final String LSN_START = "backup-lsn-start";
  private static final String LSN_STOP = "backup-lsn-stop";
  private static final String PRIOR = "backup-prior";
  private static final String REFERENCE = "backup-reference";
  private static final String TIMESTAMP_START = "backup-timestamp-start";
  private static final String TIMESTAMP_STOP = "backup-timestamp-stop";
  private static final String TYPE = "backup-type";
  private static final String DB_ID = "db-id";
  private static final String OPTION_ARCHIVE_CHECK = "option-archive-check";
  private static final String OPTION_ARCHIVE_COPY = "option-archive-copy";
  private static final String OPTION_BACKUP_STANDBY = "option-backup-standby";
  private static final String OPTION_CHECKSUM_PAGE = "option-checksum-page";
  private static final String OPTION_COMPRESS = "option-compress";
  private static final String OPTION_HARDLINK = "option-hardlink";
  private static final String OPTION_ONLINE = "option-online";

  private final SortedMap<String, String> keys = new TreeMap<>(StoragePath.BYTE_ORDER);

  private BackupEntryText() {}

  static BackupEntry read(String label, JsonReader json) {
    BackupEntryText text = new BackupEntryText();
    json.beginObject();
    String key = json.nextKey();
    while (key != null) {
      text.keys.put(key, json.readRaw());
      key = json.nextKey();
    }
    return text.entry(new BackupLabel(label));
  }

  /** Takes the known keys out; what then remains is unknown. */
  private BackupEntry entry(BackupLabel label) {
    return new BackupEntry(
        label,
        require(FORMAT, JsonReader::readCount),
        require(VERSION, JsonReader::readString),
        BackupType.parse(require(TYPE, JsonReader::readString)),
        optional(PRIOR, json -> new BackupLabel(json.readString())),
        optional(REFERENCE, BackupEntryText::labels),
        require(TIMESTAMP_START, JsonReader::readSize),
        require(TIMESTAMP_STOP, JsonReader::readSize),
        optional(ARCHIVE_START, json -> WalSegment.parse(json.readString())),
        optional(ARCHIVE_STOP, json -> WalSegment.parse(json.readString())),
        optional(LSN_START, json -> Lsn.parse(json.readString())),
        optional(LSN_STOP, json -> Lsn.parse(json.readString())),
        optional(ERROR, JsonReader::readBoolean),
        new BackupEntry.Sizes(
            require(SIZE, JsonReader::readSize),
            require(SIZE_DELTA, JsonReader::readSize),
            require(REPO_SIZE, JsonReader::readSize),
            require(REPO_SIZE_DELTA, JsonReader::readSize),
            optional(REPO_SIZE_MAP, JsonReader::readSize),
            optional(REPO_SIZE_MAP_DELTA, JsonReader::readSize)),
        require(DB_ID, JsonReader::readCount),
        new BackupEntry.Options(
            require(OPTION_ARCHIVE_CHECK, JsonReader::readBoolean),
            require(OPTION_ARCHIVE_COPY, JsonReader::readBoolean),
            require(OPTION_BACKUP_STANDBY, JsonReader::readBoolean),
            require(OPTION_CHECKSUM_PAGE, JsonReader::readBoolean),
            require(OPTION_COMPRESS, JsonReader::readBoolean),
            require(OPTION_HARDLINK, JsonReader::readBoolean),
            require(OPTION_ONLINE, JsonReader::readBoolean)),
        annotations(),
        keys);
  }

  private SortedMap<String, String> annotations() {
    SortedMap<String, String> annotations = optional(ANNOTATION, JsonReader::readStringMap);
    return annotations == null ? new TreeMap<>() : annotations;
  }

  private static List<BackupLabel> labels(JsonReader json) {
    return json.readStrings().stream().map(BackupLabel::new).toList();
  }

  private <T> T require(String key, Function<JsonReader, T> read) {
    String raw = keys.remove(key);
    if (raw == null) {
      throw new HoldfastException(ErrorCode.FORMAT, "required key '" + key + "' not found");
    }
    return read.apply(JsonReader.of(raw));
  }

  /** A key that may be missing or null. */
  private <T> @Nullable T optional(String key, Function<JsonReader, T> read) {
    String raw = keys.remove(key);
    return raw == null || raw.equals("null") ? null : read.apply(JsonReader.of(raw));
  }

  static void write(BackupEntry backup, JsonWriter json) {
    BackupEntryText text = new BackupEntryText();
    text.keys.putAll(backup.unknown());
    text.put(backup);
    json.beginObject();
    text.keys.forEach((key, raw) -> json.key(key).raw(raw));
    json.endObject();
  }

  private void put(BackupEntry backup) {
    put(FORMAT, json -> json.number(backup.format()));
    put(VERSION, json -> json.string(backup.version()));
    if (!backup.annotations().isEmpty()) {
      put(ANNOTATION, json -> json.stringMap(backup.annotations()));
    }
    // Unlike the other optional keys, these two are written as null.
    put(ARCHIVE_START, json -> json.string(text(backup.archiveStart())));
    put(ARCHIVE_STOP, json -> json.string(text(backup.archiveStop())));
    putUnlessNull(ERROR, backup.error(), (json, error) -> json.bool(error));
    BackupEntry.Sizes sizes = backup.sizes();
    put(REPO_SIZE, json -> json.number(sizes.repoSize()));
    put(REPO_SIZE_DELTA, json -> json.number(sizes.repoSizeDelta()));
    putUnlessNull(REPO_SIZE_MAP, sizes.repoSizeMap(), (json, size) -> json.number(size));
    putUnlessNull(REPO_SIZE_MAP_DELTA, sizes.repoSizeMapDelta(), (json, size) -> json.number(size));
    put(SIZE, json -> json.number(sizes.size()));
    put(SIZE_DELTA, json -> json.number(sizes.sizeDelta()));
    putUnlessNull(LSN_START, backup.lsnStart(), (json, lsn) -> json.string(lsn.toString()));
    putUnlessNull(LSN_STOP, backup.lsnStop(), (json, lsn) -> json.string(lsn.toString()));
    putUnlessNull(PRIOR, backup.prior(), (json, label) -> json.string(label.text()));
    putUnlessNull(REFERENCE, backup.references(), BackupEntryText::putLabels);
    put(TIMESTAMP_START, json -> json.number(backup.timestampStart()));
    put(TIMESTAMP_STOP, json -> json.number(backup.timestampStop()));
    put(TYPE, json -> json.string(backup.type().option()));
    put(DB_ID, json -> json.number(backup.historyId()));
    BackupEntry.Options options = backup.options();
    put(OPTION_ARCHIVE_CHECK, json -> json.bool(options.archiveCheck()));
    put(OPTION_ARCHIVE_COPY, json -> json.bool(options.archiveCopy()));
    put(OPTION_BACKUP_STANDBY, json -> json.bool(options.backupStandby()));
    put(OPTION_CHECKSUM_PAGE, json -> json.bool(options.checksumPage()));
    put(OPTION_COMPRESS, json -> json.bool(options.compress()));
    put(OPTION_HARDLINK, json -> json.bool(options.hardlink()));
    put(OPTION_ONLINE, json -> json.bool(options.online()));
  }

  private static @Nullable String text(@Nullable WalSegment segment) {
    return segment == null ? null : segment.toString();
  }

  private static void putLabels(JsonWriter json, List<BackupLabel> labels) {
    json.beginArray();
    labels.forEach(label -> json.string(label.text()));
    json.endArray();
  }

  private interface Writing<T> {
    void write(JsonWriter json, T value);
  }

  private <T> void putUnlessNull(String key, @Nullable T value, Writing<T> writing) {
    if (value != null) {
      put(key, json -> writing.write(json, value));
    }
  }

  private void put(String key, Consumer<JsonWriter> writing) {
    JsonWriter json = new JsonWriter();
    writing.accept(json);
    keys.put(key, json.toString());
  }
}
