package dev.holdfast.cli;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.lock.HeldLocks;
import dev.holdfast.engine.lock.LockKind;
import dev.holdfast.repository.Repository;
import dev.holdfast.storage.remote.RemoteServer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Serves a repository of this host to a verb that runs on another one: the hidden half of {@code
 * repo-host}. The parameter is that verb.
 *
 * <p>What the verb would lock and be refused by if it ran here, it is here too, for as long as it
 * is connected: two hosts must not back up into one repository at once, and a stanza that was
 * stopped on the repository's host is stopped. WAL is pushed without a lock, from several hosts of
 * a stanza at once: exclusive writes settle who is first.
 */
final class RemoteVerb implements Verb {
  @Override
  public String name() {
    return "remote";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    if (options.parameters().size() != 1) {
      throw new HoldfastException(ErrorCode.PARAM_REQUIRED, "the verb to serve is required");
    }
    String verb = options.parameters().getFirst();
    Surroundings streams = context.surroundings();
    try (HeldLocks _ = prepare(context, verb)) {
      Repository repository = Repositories.chosen(options);
      RemoteServer.serve(
          repository.storage(),
          repository.pass().map(CipherPass::value),
          Version.text(),
          streams.in(),
          streams.out());
    } catch (HoldfastException e) {
      RemoteServer.refuse(e, Version.text(), streams.in(), streams.out());
      throw e;
    }
    return 0;
  }

  /** The locks, if the verb takes any. */
  private static @Nullable HeldLocks prepare(VerbContext context, String verb) {
    boolean deletes = verb.equals("stanza-delete");
    Set<LockKind> kinds =
        switch (verb) {
          case "annotate", "backup", "expire" -> EnumSet.of(LockKind.BACKUP);
          case "stanza-create", "stanza-upgrade", "stanza-delete" -> EnumSet.allOf(LockKind.class);
          default -> EnumSet.noneOf(LockKind.class);
        };
    if ((!kinds.isEmpty() && !deletes) || verb.equals("archive-push") || verb.equals("agent")) {
      context.refuseWhenStopped();
    }
    if (kinds.isEmpty()) {
      return null;
    }
    Options options = context.options();
    return context.locks().acquire(options.stanza(), kinds, List.of(options.repositoryKey()));
  }
}
