package dev.holdfast.engine.archive;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.ArrayList;
import java.util.List;

/**
 * What the background process left about a WAL file in the spool.
 *
 * <p>A status file is empty, or holds a code in decimal on its first line and a message on the
 * others. The extension says which of the two this is: {@code .ok} with code 0 and a message is a
 * warning, {@code .ok} with another code is an error that somebody renamed by hand in order to skip
 * the segment.
 *
 * <p>The message of an acknowledgement of ours begins with a line {@code holdfast <identity>}, see
 * {@link WalFileIdentity}. To pgBackRest that is a warning like any other.
 */
sealed interface SpoolStatus {
  /** What the line begins with that names the file. */
  String IDENTITY = "holdfast ";

  /**
   * The file was dealt with.
   *
   * @param code 0, or the code of an error that was skipped by hand
   * @param identity of the file that was pushed, see {@link WalFileIdentity}; empty if not said
   * @param message a warning; empty if there is none
   */
  record Done(int code, String identity, String message) implements SpoolStatus {}

  /**
   * The file, or every file, could not be dealt with.
   *
   * @param code the error's number
   * @param message the error's text, with its hints as further lines
   */
  record Failed(int code, String message) implements SpoolStatus {

    /** The error as it was thrown in the background. */
    HoldfastException error() {
      List<String> text = new ArrayList<>();
      List<String> hints = new ArrayList<>();
      for (String line : message.split("\n", -1)) {
        if (line.startsWith("HINT: ")) {
          hints.add(line.substring("HINT: ".length()));
        } else {
          text.add(line);
        }
      }
      return new HoldfastException(
          ErrorCode.ofNumber(code), String.join("\n", text), hints.toArray(String[]::new));
    }
  }

  /** Reads the content of {@code name}, which ends in {@code .ok} or {@code .error}. */
  static SpoolStatus parse(String name, String content) {
    boolean ok = name.endsWith(ArchiveSpool.OK);
    if (content.isEmpty()) {
      if (ok) {
        return new Done(0, "", "");
      }
      throw new HoldfastException(ErrorCode.FORMAT, "status file '" + name + "' has no content");
    }
    int lineEnd = content.indexOf('\n');
    if (lineEnd < 0) {
      throw new HoldfastException(ErrorCode.FORMAT, name + " content must have at least two lines");
    }
    String message = content.substring(lineEnd + 1).strip();
    if (message.isEmpty()) {
      throw new HoldfastException(ErrorCode.FORMAT, name + " message must be > 0");
    }
    int code;
    try {
      code = Integer.parseInt(content.substring(0, lineEnd).strip());
    } catch (NumberFormatException e) {
      throw new HoldfastException(
          ErrorCode.FORMAT, name + " begins with '" + content.substring(0, lineEnd) + "'", e);
    }
    return ok ? done(code, message) : new Failed(code, message);
  }

  private static Done done(int code, String message) {
    if (!message.startsWith(IDENTITY)) {
      return new Done(code, "", message);
    }
    String[] lines = message.split("\n", 2);
    return new Done(
        code, lines[0].substring(IDENTITY.length()), lines.length == 1 ? "" : lines[1].strip());
  }

  /** The content of an acknowledgement that names the file it is about. */
  static String formatDone(WalFileIdentity identity, List<String> warnings) {
    StringBuilder message = new StringBuilder(IDENTITY).append(identity).append('\n');
    for (String warning : warnings) {
      message.append(warning).append('\n');
    }
    return format(0, message.toString());
  }

  /** The content of a status file. */
  static String format(int code, String message) {
    return code + "\n" + message;
  }
}
