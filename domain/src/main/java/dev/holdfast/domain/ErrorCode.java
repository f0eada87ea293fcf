package dev.holdfast.domain;

import java.util.Locale;

/**
 * The numeric codes of errors, which are also the exit codes of the verbs.
 *
 * <p>The numbers and meanings are pgBackRest's (its {@code src/build/error/error.yaml}, 25 to 125),
 * because scripts around {@code archive_command} and cron depend on them.
 */
public enum ErrorCode {
  ASSERT(25, Category.INTERNAL),
  CHECKSUM(26, Category.CORRUPT),
  CONFIG(27, Category.USER),
  FILE_INVALID(28, Category.CORRUPT),
  FORMAT(29, Category.CORRUPT),
  COMMAND_REQUIRED(30, Category.USER),
  OPTION_INVALID(31, Category.USER),
  OPTION_INVALID_VALUE(32, Category.USER),
  OPTION_REQUIRED(37, Category.USER),
  PG_RUNNING(38, Category.USER),
  PROTOCOL(39, Category.TRANSIENT),
  PATH_NOT_EMPTY(40, Category.USER),
  FILE_OPEN(41, Category.ENVIRONMENT),
  FILE_READ(42, Category.ENVIRONMENT),
  PARAM_REQUIRED(43, Category.USER),
  ARCHIVE_MISMATCH(44, Category.USER),
  ARCHIVE_DUPLICATE(45, Category.USER),
  VERSION_NOT_SUPPORTED(46, Category.USER),
  PATH_CREATE(47, Category.ENVIRONMENT),
  COMMAND_INVALID(48, Category.USER),
  HOST_CONNECT(49, Category.TRANSIENT),
  LOCK_ACQUIRE(50, Category.TRANSIENT),
  BACKUP_MISMATCH(51, Category.USER),
  FILE_SYNC(52, Category.ENVIRONMENT),
  PATH_OPEN(53, Category.ENVIRONMENT),
  PATH_SYNC(54, Category.ENVIRONMENT),
  FILE_MISSING(55, Category.ENVIRONMENT),
  DB_CONNECT(56, Category.TRANSIENT),
  DB_QUERY(57, Category.TRANSIENT),
  DB_MISMATCH(58, Category.USER),
  FILE_REMOVE(60, Category.ENVIRONMENT),
  PATH_REMOVE(61, Category.ENVIRONMENT),
  STOP(62, Category.USER),
  TERM(63, Category.TRANSIENT),
  FILE_WRITE(64, Category.ENVIRONMENT),
  FEATURE_NOT_SUPPORTED(67, Category.USER),
  ARCHIVE_COMMAND_INVALID(68, Category.USER),
  LINK_EXPECTED(69, Category.USER),
  LINK_DESTINATION(70, Category.USER),
  HOST_INVALID(72, Category.USER),
  PATH_MISSING(73, Category.ENVIRONMENT),
  FILE_MOVE(74, Category.ENVIRONMENT),
  BACKUP_SET_INVALID(75, Category.USER),
  TABLESPACE_MAP(76, Category.USER),
  LINK_MAP(78, Category.USER),
  FILE_CLOSE(79, Category.ENVIRONMENT),
  DB_MISSING(80, Category.USER),
  DB_INVALID(81, Category.USER),
  ARCHIVE_TIMEOUT(82, Category.TRANSIENT),
  FILE_MODE(83, Category.ENVIRONMENT),
  ARCHIVE_DISABLED(87, Category.USER),
  FILE_OWNER(88, Category.ENVIRONMENT),
  USER_MISSING(89, Category.USER),
  FILE_EXISTS(93, Category.USER),
  MEMORY(94, Category.ENVIRONMENT),
  CRYPTO(95, Category.CORRUPT),
  PARAM_INVALID(96, Category.USER),
  PATH_CLOSE(97, Category.ENVIRONMENT),
  FILE_INFO(98, Category.ENVIRONMENT),
  JSON_FORMAT(99, Category.CORRUPT),
  KERNEL(100, Category.ENVIRONMENT),
  SERVICE(101, Category.TRANSIENT),
  EXECUTE(102, Category.ENVIRONMENT),
  REPO_INVALID(103, Category.ENVIRONMENT),
  COMMAND(104, Category.ENVIRONMENT),
  ACCESS(105, Category.ENVIRONMENT),
  CLOCK(106, Category.ENVIRONMENT),
  RUNTIME(122, Category.INTERNAL),
  UNHANDLED(124, Category.INTERNAL),
  UNKNOWN(125, Category.INTERNAL);

  /** Whom an error concerns, and so what can be done about it. */
  public enum Category {
    /** Somebody asked for what cannot be done; asking differently helps. */
    USER,
    /** The host or its file systems, permissions or programs are in the way. */
    ENVIRONMENT,
    /** The same request may succeed later. */
    TRANSIENT,
    /** Stored bytes are not what they must be. */
    CORRUPT,
    /** A defect in Holdfast. */
    INTERNAL
  }

  private final int number;
  private final Category category;

  ErrorCode(int number, Category category) {
    this.number = number;
    this.category = category;
  }

  /** The number shown as {@code [NNN]} and used as the exit code. */
  public int number() {
    return number;
  }

  /** Whom the error concerns. */
  public Category category() {
    return category;
  }

  /**
   * The name by which pgBackRest shows the error inside longer messages: {@code FileMissingError}
   * for {@link #FILE_MISSING}.
   */
  public String typeName() {
    StringBuilder name = new StringBuilder();
    for (String word : name().split("_", -1)) {
      name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return name.append("Error").toString();
  }

  /** The code of a number; {@link #UNKNOWN} when it is nobody's. */
  public static ErrorCode ofNumber(int number) {
    for (ErrorCode code : values()) {
      if (code.number == number) {
        return code;
      }
    }
    return UNKNOWN;
  }
}
