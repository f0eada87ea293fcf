package dev.holdfast.config;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.List;
import java.util.Map;

/**
 * The rules that concern several options at once, and the defaults that follow from other options
 * (pgBackRest {@code src/config/load.c}).
 */
final class CrossChecks {
  private static final long TIMEOUT_MARGIN_MS = 30_000;

  private final String verb;
  private final Resolver resolved;
  private final Complaints complaints;

  CrossChecks(VerbDefinition verb, Resolver resolved, Complaints complaints) {
    this.verb = verb.name();
    this.resolved = resolved;
    this.complaints = complaints;
  }

  /**
   * Checks, and completes the values.
   *
   * @throws HoldfastException CONFIG, OPTION_INVALID, OPTION_INVALID_VALUE or OPTION_REQUIRED
   */
  void apply() {
    checkRepositoryIsNamed();
    checkPathsDiffer();
    checkHosts();
    adjustTimeouts();
    adjustCompression();
    if (resolved.values().containsKey("repo-retention-full")) {
      for (int key : resolved.keysOf("repo")) {
        adjustRetention(key);
      }
    }
    if (resolved.values().containsKey("repo-type")) {
      for (int key : resolved.keysOf("repo")) {
        checkBucket(key);
        adjustHostKeyCheck(key);
      }
    }
    if (set("stop-auto")) {
      warn("option 'stop-auto' has no effect", "Leave it out.");
    }
  }

  private void checkRepositoryIsNamed() {
    if (has("repo", 0)) {
      return;
    }
    if (verb.equals("stanza-delete") && !resolved.keysOf("repo").equals(List.of(1))) {
      throw new HoldfastException(
          ErrorCode.OPTION_REQUIRED,
          "the verb 'stanza-delete' needs option 'repo'",
          "Say from which of the configured repositories the stanza is to be removed.");
    }
    if (has("repo-target-time", 0)) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID, "option 'repo-target-time' needs 'repo' to be set");
    }
  }

  private void checkPathsDiffer() {
    List<Integer> keys = resolved.keysOf("repo");
    for (int i = 0; i < keys.size(); i++) {
      for (int j = i + 1; j < keys.size(); j++) {
        int one = keys.get(i);
        int other = keys.get(j);
        if (onThisHost(one)
            && onThisHost(other)
            && text("repo-type", one).equals(text("repo-type", other))
            && text("repo-path", one).equals(text("repo-path", other))) {
          throw new HoldfastException(
              ErrorCode.OPTION_INVALID_VALUE,
              "options 'repo"
                  + one
                  + "-path' and 'repo"
                  + other
                  + "-path' are both '"
                  + text("repo-path", one)
                  + "'",
              "Each repository needs a directory of its own.");
        }
      }
    }
  }

  private boolean onThisHost(int key) {
    String type = text("repo-type", key);
    return !has("repo-host", key) && (type.equals("posix") || type.equals("cifs"));
  }

  private void checkHosts() {
    boolean remoteCluster = false;
    for (int key : resolved.keysOf("pg")) {
      remoteCluster |= has("pg-host", key);
    }
    for (int key : resolved.keysOf("repo")) {
      if (remoteCluster && has("repo-host", key)) {
        throw new HoldfastException(
            ErrorCode.CONFIG,
            "both the cluster and repo" + key + " are on other hosts",
            "Run the verb on one of them: leave out pg-host there or repo-host here.");
      }
    }
  }

  private void adjustTimeouts() {
    if (!has("db-timeout", 0) || !has("protocol-timeout", 0)) {
      return;
    }
    long database = number("db-timeout");
    long protocol = number("protocol-timeout");
    if (protocol > database) {
      return;
    }
    if (!set("protocol-timeout")) {
      put("protocol-timeout", 0, database + TIMEOUT_MARGIN_MS);
    } else if (!set("db-timeout")) {
      long shorter = protocol - TIMEOUT_MARGIN_MS;
      put("db-timeout", 0, shorter >= TIMEOUT_MARGIN_MS / 2 ? shorter : protocol / 2);
    } else {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "option 'protocol-timeout' is "
              + text("protocol-timeout", 0)
              + ", which is not longer than 'db-timeout', "
              + text("db-timeout", 0),
          "Whoever waits for the other host has to wait longer than that one for the database.");
    }
  }

  private void adjustCompression() {
    if (!set("compress")) {
      return;
    }
    if (set("compress-type")) {
      warn(
          "options 'compress' and 'compress-type' are both set; 'compress' is ignored",
          "Leave out 'compress'.");
    } else if (text("compress", 0).equals("n")) {
      OptionSource source = value("compress", 0).source();
      put("compress-type", 0, new OptionValue("none", "none", source));
      put("compress-level", 0, 0);
    }
  }

  private void adjustRetention(int key) {
    String number = "repo" + key + "-retention-";
    boolean full = has("repo-retention-full", key);
    if (!full) {
      warn(
          "option '" + number + "full' is not set: no backup expires, the repository fills up",
          "To keep all on purpose, set '" + number + "full' to 9999999.");
    }
    String type = text("repo-retention-archive-type", key);
    boolean differential = has("repo-retention-diff", key);
    if (has("repo-retention-archive", key)) {
      if (type.equals("diff") && !differential) {
        warn(
            "option '"
                + number
                + "diff' is not set although '"
                + number
                + "archive-type' is diff: no differential backup expires",
            "To keep all on purpose, set '" + number + "diff' to 9999999.");
      }
      return;
    }
    if (type.equals("full")) {
      if (full && text("repo-retention-full-type", key).equals("count")) {
        put("repo-retention-archive", key, number("repo-retention-full", key));
      }
    } else if (type.equals("diff") && differential) {
      put("repo-retention-archive", key, number("repo-retention-diff", key));
    } else {
      warn(
          "option '"
              + number
              + "archive-type' is "
              + type
              + ", but '"
              + number
              + (type.equals("diff") ? "archive' and '" + number + "diff' are" : "archive' is")
              + " not set: no WAL expires");
    }
  }

  private void checkBucket(int key) {
    String bucket = text("repo-s3-bucket", key);
    if (bucket.contains(".")
        && text("repo-storage-verify-tls", key).equals("y")
        && text("repo-s3-uri-style", key).equals("host")) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "option 'repo" + key + "-s3-bucket' cannot be '" + bucket + "'",
          "A certificate for *.host does not match a bucket with dots in its name.",
          "Set 'repo" + key + "-s3-uri-style' to path, or take another bucket.");
    }
  }

  private void adjustHostKeyCheck(int key) {
    if (!has("repo-sftp-host-key-check-type", key)) {
      return;
    }
    String check = "repo" + key + "-sftp-host-key-check-type";
    boolean byFingerprint = text("repo-sftp-host-key-check-type", key).equals("fingerprint");
    boolean fingerprint = has("repo-sftp-host-fingerprint", key);
    if (byFingerprint && !fingerprint) {
      throw new HoldfastException(
          ErrorCode.OPTION_REQUIRED,
          "the verb '" + verb + "' needs option 'repo" + key + "-sftp-host-fingerprint'");
    }
    if (byFingerprint || !fingerprint) {
      return;
    }
    if (!value("repo-sftp-host-key-check-type", key).isDefault()) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID,
          "option 'repo" + key + "-sftp-host-fingerprint' needs '" + check + "' to be fingerprint");
    }
    warn(
        "option '" + check + "' is taken as fingerprint because there is a fingerprint",
        "Set '" + check + "=fingerprint'.");
    put(
        "repo-sftp-host-key-check-type",
        key,
        new OptionValue("fingerprint", "fingerprint", OptionSource.DEFAULT));
  }

  private OptionValue value(String name, int key) {
    Map<Integer, OptionValue> byKey = resolved.values().get(name);
    OptionValue value = byKey == null ? null : byKey.get(key);
    return value == null ? OptionValue.NONE : value;
  }

  private boolean has(String name, int key) {
    return value(name, key).present();
  }

  private boolean set(String name) {
    return !value(name, 0).isDefault();
  }

  private String text(String name, int key) {
    return value(name, key).text();
  }

  private long number(String name) {
    return number(name, 0);
  }

  private long number(String name, int key) {
    return value(name, key).value() instanceof Long number ? number : 0;
  }

  private void put(String name, int key, long number) {
    String text = name.endsWith("-timeout") ? number + "ms" : Long.toString(number);
    put(name, key, new OptionValue(number, text, OptionSource.DEFAULT));
  }

  private void put(String name, int key, OptionValue value) {
    Map<Integer, OptionValue> byKey = resolved.values().get(name);
    if (byKey != null) {
      byKey.put(key, value);
    }
  }

  private void warn(String message, String... hints) {
    complaints.warn(new Warning(message, hints));
  }
}
