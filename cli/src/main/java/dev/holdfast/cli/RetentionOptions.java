package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.BackupType;
import dev.holdfast.engine.expire.ExpireRequest;
import dev.holdfast.engine.expire.RetentionPolicy;
import java.util.List;
import java.util.Locale;

/** What the options {@code repo-retention-*} say, for expire and for a backup that expires. */
final class RetentionOptions {
  private RetentionOptions() {}

  /** How long one repository keeps what. */
  static RetentionPolicy policy(Options options, int key) {
    Options repository = options.repository(key);
    return new RetentionPolicy(
        RetentionPolicy.FullType.valueOf(
            repository.string("repo-retention-full-type").toUpperCase(Locale.ROOT)),
        repository.optionalInteger("repo-retention-full"),
        repository.optionalInteger("repo-retention-diff"),
        BackupType.valueOf(
            repository.string("repo-retention-archive-type").toUpperCase(Locale.ROOT)),
        repository.optionalInteger("repo-retention-archive"),
        repository.optionalInteger("repo-retention-history"));
  }

  /** These repositories, each with how long it keeps what. */
  static List<ExpireRequest.Target> targets(Options options, List<Integer> keys) {
    return keys.stream()
        .map(key ->
            new ExpireRequest.Target(Repositories.repository(options, key), policy(options, key)))
        .toList();
  }
}
