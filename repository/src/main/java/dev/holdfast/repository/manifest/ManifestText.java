package dev.holdfast.repository.manifest;

/** The names of sections and keys in a manifest's text. */
final class ManifestText {
  static final String BACKUP = "backup";
  static final String BACKUP_DB = "backup:db";
  static final String BACKUP_OPTION = "backup:option";
  static final String BACKUP_TARGET = "backup:target";
  static final String DB = "db";
  static final String METADATA = "metadata";
  static final String TARGET_FILE = "target:file";
  static final String TARGET_FILE_DEFAULT = "target:file:default";
  static final String TARGET_LINK = "target:link";
  static final String TARGET_LINK_DEFAULT = "target:link:default";
  static final String TARGET_PATH = "target:path";
  static final String TARGET_PATH_DEFAULT = "target:path:default";

  static final String ANNOTATION = "annotation";
  static final String ARCHIVE_START = "backup-archive-start";
  static final String ARCHIVE_STOP = "backup-archive-stop";
  static final String BLOCK_INCR = "backup-block-incr";
  static final String BUNDLE = "backup-bundle";
  static final String BUNDLE_RAW = "backup-bundle-raw";
  static final String LABEL = "backup-label";
  static final String LSN_START = "backup-lsn-start";
  static final String LSN_STOP = "backup-lsn-stop";
  static final String PRIOR = "backup-prior";
  static final String BACKUP_REFERENCE = "backup-reference";
  static final String TIMESTAMP_COPY_START = "backup-timestamp-copy-start";
  static final String TIMESTAMP_START = "backup-timestamp-start";
  static final String TIMESTAMP_STOP = "backup-timestamp-stop";
  static final String BACKUP_TYPE = "backup-type";

  static final String DB_CATALOG_VERSION = "db-catalog-version";
  static final String DB_CONTROL_VERSION = "db-control-version";
  static final String DB_ID = "db-id";
  static final String DB_LAST_SYSTEM_ID = "db-last-system-id";
  static final String DB_SYSTEM_ID = "db-system-id";
  static final String DB_VERSION = "db-version";

  static final String OPTION_ARCHIVE_CHECK = "option-archive-check";
  static final String OPTION_ARCHIVE_COPY = "option-archive-copy";
  static final String OPTION_BACKUP_STANDBY = "option-backup-standby";
  static final String OPTION_BUFFER_SIZE = "option-buffer-size";
  static final String OPTION_CHECKSUM_PAGE = "option-checksum-page";
  static final String OPTION_COMPRESS = "option-compress";
  static final String OPTION_COMPRESS_LEVEL = "option-compress-level";
  static final String OPTION_COMPRESS_LEVEL_NETWORK = "option-compress-level-network";
  static final String OPTION_COMPRESS_TYPE = "option-compress-type";
  static final String OPTION_DELTA = "option-delta";
  static final String OPTION_HARDLINK = "option-hardlink";
  static final String OPTION_ONLINE = "option-online";
  static final String OPTION_PROCESS_MAX = "option-process-max";

  static final String BLOCK_SIZE = "bi";
  static final String BLOCK_CHECKSUM_SIZE = "bic";
  static final String BLOCK_MAP_SIZE = "bim";
  static final String BUNDLE_ID = "bni";
  static final String BUNDLE_OFFSET = "bno";
  static final String CHECKSUM = "checksum";
  static final String CHECKSUM_PAGE = "checksum-page";
  static final String CHECKSUM_PAGE_ERROR = "checksum-page-error";
  static final String DESTINATION = "destination";
  static final String FILE = "file";
  static final String GROUP = "group";
  static final String MODE = "mode";
  static final String PATH = "path";
  static final String REPO_CHECKSUM = "rck";
  static final String REFERENCE = "reference";
  static final String REPO_SIZE = "repo-size";
  static final String SIZE = "size";
  static final String ORIGINAL_SIZE = "szo";
  static final String TABLESPACE_ID = "tablespace-id";
  static final String TABLESPACE_NAME = "tablespace-name";
  static final String TIMESTAMP = "timestamp";
  static final String TYPE = "type";
  static final String USER = "user";

  static final String TYPE_LINK = "link";
  static final String TYPE_PATH = "path";

  private ManifestText() {}

  /** A file's default mode: what the data directory allows, without execution and the world. */
  static int fileModeDefault(int pathMode) {
    return pathMode & 0640;
  }

  /** A mode as it is written: octal, at least four digits. */
  static String mode(int mode) {
    String octal = Integer.toOctalString(mode);
    return "0".repeat(Math.max(0, 4 - octal.length())) + octal;
  }
}
