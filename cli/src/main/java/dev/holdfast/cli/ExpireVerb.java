package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.engine.expire.Expire;
import dev.holdfast.engine.expire.ExpireRequest;
import dev.holdfast.engine.lock.HeldLocks;
import java.util.List;
import java.util.Optional;

/** Removes the backups and the WAL that retention lets go, or one backup set by name. */
final class ExpireVerb implements Verb {
  @Override
  public String name() {
    return "expire";
  }

  @Override
  public int run(VerbContext context) {
    context.refuseWhenStopped();
    try (HeldLocks locks = VerbLocks.acquire(context)) {
      new Expire(request(context.options()), context.clock(), context.reporter()).run();
    }
    return 0;
  }

  /** Expires in the repository that a backup was made in; its locks are held. */
  static void afterBackup(VerbContext context) {
    Options options = context.options();
    ExpireRequest request =
        new ExpireRequest(
            options.stanza(),
            RetentionOptions.targets(options, List.of(options.repositoryKey())),
            Optional.empty(),
            false,
            Optional.empty(),
            false);
    new Expire(request, context.clock(), context.reporter()).run();
  }

  private static ExpireRequest request(Options options) {
    List<Integer> keys =
        options.has("repo") ? List.of(options.repositoryKey()) : options.repositoryKeys();
    return new ExpireRequest(
        options.stanza(),
        RetentionOptions.targets(options, keys),
        SetOption.of(options),
        options.flag("oldest"),
        options.optional("archive-expire-before").map(WalSegment::parse),
        options.flag("dry-run"));
  }
}
