package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.engine.lock.HeldLocks;
import dev.holdfast.engine.lock.LockKind;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Takes the locks that the registry says a verb takes before anything else. */
final class VerbLocks {
  private VerbLocks() {}

  /**
   * The locks of the repository that {@code --repo} named, or of all.
   *
   * @throws dev.holdfast.domain.HoldfastException LOCK_ACQUIRE when somebody else is at work
   */
  static HeldLocks acquire(VerbContext context) {
    Options options = context.options();
    if (HostedVerb.server().isPresent()) {
      // The backup server holds them; on its own host they would keep us out.
      return HeldLocks.none();
    }
    boolean one = options.knows("repo") && options.has("repo");
    return context
        .locks()
        .acquire(
            options.stanza(),
            kinds(options),
            one ? List.of(options.repositoryKey()) : options.repositoryKeys());
  }

  private static Set<LockKind> kinds(Options options) {
    String lock = options.verb().lock();
    if (lock == null) {
      throw new IllegalArgumentException("the verb " + options.verb() + " takes no lock");
    }
    return lock.equals("all")
        ? EnumSet.allOf(LockKind.class)
        : EnumSet.of(LockKind.valueOf(lock.toUpperCase(Locale.ROOT)));
  }
}
