package dev.holdfast.cli;

import dev.holdfast.config.OptionSource;
import dev.holdfast.config.Options;
import dev.holdfast.engine.lock.HeldLocks;
import dev.holdfast.engine.restore.RecoveryTarget;
import dev.holdfast.engine.restore.RecoveryType;
import dev.holdfast.engine.restore.Restore;
import dev.holdfast.engine.restore.RestoreRequest;
import java.util.Optional;

/** Restores a backup set to the cluster's data directory. Stop files do not keep it from that. */
final class RestoreVerb implements Verb {
  private static final String LATEST = "latest";

  @Override
  public String name() {
    return "restore";
  }

  @Override
  public int run(VerbContext context) {
    try (HeldLocks locks = VerbLocks.acquire(context)) {
      new Restore(request(context), context.clock(), context.reporter()).run();
    }
    return 0;
  }

  private static RestoreRequest request(VerbContext context) {
    Options options = context.options();
    return new RestoreRequest(
        options.stanza(),
        Repositories.chosenOrAll(options),
        SetOption.toRestore(options, LATEST),
        Clusters.dataDirectory(options),
        target(options),
        options.flag("delta"),
        options.flag("force"),
        new RestoreRequest.Databases(options.list("db-include"), options.list("db-exclude")),
        new RestoreRequest.Targets(
            options.map("tablespace-map"),
            options.optional("tablespace-map-all"),
            options.map("link-map"),
            options.flag("link-all")),
        new RestoreRequest.Recovery(
            options.map("recovery-option"),
            options.string("archive-mode").equals("off"),
            new WalCommands(options, context.surroundings().command()).get()),
        options.integer("process-max"),
        options.path("spool-path"),
        context.clock().getZone());
  }

  /** Empty unless the user named a type: what a backup made offline is then restored to differs. */
  private static Optional<RecoveryTarget> target(Options options) {
    Optional<String> timeline = options.optional("target-timeline");
    if (options.source("type").kind() == OptionSource.Kind.DEFAULT && timeline.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new RecoveryTarget(
            RecoveryType.parse(options.string("type")),
            options.optional("target").orElse(null),
            options.optionalFlag("target-exclusive").orElse(false),
            options
                .optional("target-action")
                .map(RecoveryTarget.Action::parse)
                .orElse(RecoveryTarget.Action.PAUSE),
            timeline.orElse(null)));
  }
}
