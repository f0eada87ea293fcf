package dev.holdfast.postgres.directory;

/** How PostgreSQL names the files of relations; written without regular expressions for speed. */
final class RelationNames {
  private static final String INIT_SUFFIX = "_init";

  private RelationNames() {}

  /**
   * The length of the number that a relation's file begins with, or -1 when it is none: {@code
   * 16384}, {@code 16384.1}, {@code 16384_fsm}, {@code 16384_vm.1}, but not {@code 16384_init}.
   */
  static int numberLength(String name) {
    int digits = digits(name, 0);
    return digits > 0 && isForkAndSegment(name, digits) ? digits : -1;
  }

  /** Whether a file belongs to a temporary relation: {@code t3_16384_fsm}. */
  static boolean isTemporary(String name) {
    if (name.isEmpty() || name.charAt(0) != 't') {
      return false;
    }
    int backendEnd = digits(name, 1);
    if (backendEnd == 1 || backendEnd >= name.length() || name.charAt(backendEnd) != '_') {
      return false;
    }
    int numberEnd = digits(name, backendEnd + 1);
    return numberEnd > backendEnd + 1 && isForkAndSegment(name, numberEnd);
  }

  /** The number of the relation whose init fork this is, or null when it is none. */
  static @org.jspecify.annotations.Nullable String initForkNumber(String name) {
    int digits = digits(name, 0);
    return digits > 0
            && name.length() == digits + INIT_SUFFIX.length()
            && name.endsWith(INIT_SUFFIX)
        ? name.substring(0, digits)
        : null;
  }

  /** Whether the text is digits only. */
  static boolean isNumber(String text) {
    return !text.isEmpty() && digits(text, 0) == text.length();
  }

  /** Behind the number: {@code _fsm} or {@code _vm} or nothing, then {@code .1} or nothing. */
  private static boolean isForkAndSegment(String name, int from) {
    int at = from;
    if (name.startsWith("_fsm", at)) {
      at += 4;
    } else if (name.startsWith("_vm", at)) {
      at += 3;
    }
    if (at == name.length()) {
      return true;
    }
    return name.charAt(at) == '.'
        && at + 1 < name.length()
        && digits(name, at + 1) == name.length();
  }

  /** The index behind the digits that begin at {@code from}. */
  private static int digits(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }
}
