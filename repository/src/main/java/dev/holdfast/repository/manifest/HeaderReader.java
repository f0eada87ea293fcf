package dev.holdfast.repository.manifest;

import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.repository.json.JsonReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Collects what a manifest says of the backup as a whole. Unknown keys are left alone. */
final class HeaderReader {
  private @Nullable BackupLabel label;
  private @Nullable BackupType type;
  private @Nullable BackupLabel prior;
  private @Nullable List<BackupLabel> references;
  private long timestampStart;
  private long timestampCopyStart;
  private long timestampStop;
  private boolean bundle;
  private boolean bundleRaw;
  private boolean blockIncremental;
  private @Nullable WalSegment archiveStart;
  private @Nullable WalSegment archiveStop;
  private @Nullable Lsn lsnStart;
  private @Nullable Lsn lsnStop;
  private SortedMap<String, String> annotations = new TreeMap<>();

  private int historyId;
  private SystemIdentifier systemId = new SystemIdentifier(0);
  private @Nullable PgVersion version;
  private long catalogVersion;
  private long controlVersion;

  private boolean archiveCheck;
  private boolean archiveCopy;
  private @Nullable Boolean backupStandby;
  private @Nullable Long bufferSize;
  private @Nullable Boolean checksumPage;
  private CompressionType compression = CompressionType.NONE;
  private @Nullable Integer compressLevel;
  private @Nullable Integer compressLevelNetwork;
  private @Nullable Boolean delta;
  private boolean hardlink;
  private boolean online;
  private @Nullable Integer processMax;

  /** Takes a value of {@code [backup]}. */
  void backup(String key, JsonReader json) {
    switch (key) {
      case ManifestText.ARCHIVE_START -> archiveStart = segment(json);
      case ManifestText.ARCHIVE_STOP -> archiveStop = segment(json);
      case ManifestText.BLOCK_INCR -> blockIncremental = json.readBoolean();
      case ManifestText.BUNDLE -> bundle = json.readBoolean();
      case ManifestText.BUNDLE_RAW -> bundleRaw = json.readBoolean();
      case ManifestText.LABEL -> label = new BackupLabel(json.readString());
      case ManifestText.LSN_START -> lsnStart = lsn(json);
      case ManifestText.LSN_STOP -> lsnStop = lsn(json);
      case ManifestText.PRIOR ->
          prior = json.readNull() ? null : new BackupLabel(json.readString());
      case ManifestText.BACKUP_REFERENCE -> references = labels(json.readString());
      case ManifestText.TIMESTAMP_COPY_START -> timestampCopyStart = json.readSize();
      case ManifestText.TIMESTAMP_START -> timestampStart = json.readSize();
      case ManifestText.TIMESTAMP_STOP -> timestampStop = json.readSize();
      case ManifestText.BACKUP_TYPE -> type = BackupType.parse(json.readString());
      default -> {}
    }
  }

  private static @Nullable WalSegment segment(JsonReader json) {
    return json.readNull() ? null : WalSegment.parse(json.readString());
  }

  private static @Nullable Lsn lsn(JsonReader json) {
    return json.readNull() ? null : Lsn.parse(json.readString());
  }

  private static List<BackupLabel> labels(String joined) {
    List<BackupLabel> labels = new ArrayList<>();
    for (String text : joined.split(",", -1)) {
      labels.add(new BackupLabel(text));
    }
    return labels;
  }

  /** Takes a value of {@code [backup:db]}. */
  void cluster(String key, JsonReader json) {
    switch (key) {
      case ManifestText.DB_ID -> historyId = json.readCount();
      case ManifestText.DB_SYSTEM_ID -> systemId = new SystemIdentifier(json.readUnsigned());
      case ManifestText.DB_CATALOG_VERSION -> catalogVersion = json.readSize();
      case ManifestText.DB_CONTROL_VERSION -> controlVersion = json.readSize();
      case ManifestText.DB_VERSION -> version = PgVersion.parse(json.readString());
      default -> {}
    }
  }

  /** Takes a value of {@code [backup:option]}. */
  void option(String key, JsonReader json) {
    switch (key) {
      case ManifestText.OPTION_ARCHIVE_CHECK -> archiveCheck = json.readBoolean();
      case ManifestText.OPTION_ARCHIVE_COPY -> archiveCopy = json.readBoolean();
      case ManifestText.OPTION_BACKUP_STANDBY -> backupStandby = json.readBoolean();
      case ManifestText.OPTION_BUFFER_SIZE -> bufferSize = json.readSize();
      case ManifestText.OPTION_CHECKSUM_PAGE -> checksumPage = json.readBoolean();
      // Once there was gz only; a type that is not gz comes after, in the order of the keys.
      case ManifestText.OPTION_COMPRESS ->
          compression = json.readBoolean() ? CompressionType.GZ : CompressionType.NONE;
      case ManifestText.OPTION_COMPRESS_TYPE ->
          compression = CompressionType.parse(json.readString());
      case ManifestText.OPTION_COMPRESS_LEVEL -> compressLevel = level(json);
      case ManifestText.OPTION_COMPRESS_LEVEL_NETWORK -> compressLevelNetwork = level(json);
      case ManifestText.OPTION_DELTA -> delta = json.readBoolean();
      case ManifestText.OPTION_HARDLINK -> hardlink = json.readBoolean();
      case ManifestText.OPTION_ONLINE -> online = json.readBoolean();
      case ManifestText.OPTION_PROCESS_MAX -> processMax = json.readCount();
      default -> {}
    }
  }

  /** Levels are written as 32 bits without a sign, also the negative ones. */
  private static int level(JsonReader json) {
    long level = json.readSize();
    if (level > 0xFFFF_FFFFL) {
      throw new HoldfastException(ErrorCode.FORMAT, "compression level " + level + " out of range");
    }
    return (int) level;
  }

  /** Takes a value of {@code [metadata]}. */
  void metadata(String key, JsonReader json) {
    if (key.equals(ManifestText.ANNOTATION)) {
      annotations = json.readStringMap();
    }
  }

  /**
   * What was read.
   *
   * @param found the references that files have, for manifests that older versions wrote
   */
  ManifestData data(Collection<BackupLabel> found) {
    BackupLabel ownLabel = require(label, ManifestText.LABEL);
    List<BackupLabel> listed = references;
    if (listed == null) {
      listed = new ArrayList<>(found);
      listed.remove(ownLabel);
      listed.sort(null);
      listed.add(ownLabel);
    }
    return new ManifestData(
        ownLabel,
        require(type, ManifestText.BACKUP_TYPE),
        prior,
        listed,
        timestampStart,
        timestampCopyStart,
        timestampStop,
        bundle,
        bundleRaw,
        blockIncremental,
        archiveStart,
        archiveStop,
        lsnStart,
        lsnStop,
        annotations);
  }

  ManifestCluster cluster() {
    return new ManifestCluster(
        historyId,
        systemId,
        require(version, ManifestText.DB_VERSION),
        catalogVersion,
        controlVersion);
  }

  ManifestOptions options() {
    return new ManifestOptions(
        archiveCheck,
        archiveCopy,
        backupStandby,
        bufferSize,
        checksumPage,
        compression,
        compressLevel,
        compressLevelNetwork,
        delta,
        hardlink,
        online,
        processMax);
  }

  private static <T> T require(@Nullable T value, String key) {
    if (value == null) {
      throw new HoldfastException(ErrorCode.FORMAT, "the manifest lacks '" + key + "'");
    }
    return value;
  }
}
