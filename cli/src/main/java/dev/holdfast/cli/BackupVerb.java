package dev.holdfast.cli;

import dev.holdfast.codec.block.BlockSizing;
import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.config.OptionSource;
import dev.holdfast.config.Options;
import dev.holdfast.domain.BackupType;
import dev.holdfast.engine.backup.Backup;
import dev.holdfast.engine.backup.BackupRequest;
import dev.holdfast.engine.backup.ClusterGate;
import dev.holdfast.engine.backup.RunningCluster;
import dev.holdfast.engine.backup.StoppedCluster;
import dev.holdfast.engine.backup.StoringOptions;
import dev.holdfast.engine.lock.HeldLocks;
import dev.holdfast.postgres.session.ClusterSet;
import dev.holdfast.postgres.session.PgCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Backs a cluster up, and then expires what retention no longer asks for. */
final class BackupVerb implements Verb {
  @Override
  public String name() {
    return "backup";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    context.refuseWhenStopped();
    if (!options.has("repo")
        && options.repositoryKeys().size() > 1
        && HostedVerb.server().isEmpty()) {
      context
          .reporter()
          .info("repo option not specified, defaulting to repo" + options.repositoryKey());
    }
    try (HeldLocks locks = VerbLocks.acquire(context)) {
      if (DatabaseHosts.runs(context, locks)) {
        context.reporter().detail("the backup is complete");
      } else if (options.flag("online")) {
        runOnline(context, locks);
      } else {
        Path pgPath = Clusters.dataDirectory(options);
        try (ClusterGate cluster =
            new StoppedCluster(
                pgPath,
                options.optionalFlag("force").orElse(false),
                context.clock(),
                context.reporter())) {
          backup(context, locks, cluster, pgPath, Optional.empty());
        }
      }
      if (options.flag("expire-auto")) {
        ExpireVerb.afterBackup(context);
      }
    }
    return 0;
  }

  private static void runOnline(VerbContext context, HeldLocks locks) {
    Options options = context.options();
    String wanted = options.string("backup-standby");
    ClusterSet clusters =
        Clusters.connect(
            options,
            switch (wanted) {
              case "y" -> ClusterSet.Wanted.STANDBY;
              case "prefer" -> ClusterSet.Wanted.ANY_STANDBY;
              default -> ClusterSet.Wanted.PRIMARY;
            },
            true);
    try (ClusterGate cluster =
        new RunningCluster(
            clusters,
            options.flag("start-fast"),
            options.flag("archive-check"),
            options.duration("archive-timeout"))) {
      clusters.warnings().forEach(context.reporter()::warn);
      PgCluster primary = clusters.requirePrimary();
      primary.requireSameCluster();
      if (options.flag("archive-check")) {
        primary.requireArchiving(options.flag("archive-mode-check"));
      }
      PgCluster standby = clusters.standby();
      if (standby == null && wanted.equals("prefer")) {
        context
            .reporter()
            .warn("unable to find a standby to perform the backup, using primary instead");
      }
      backup(
          context,
          locks,
          cluster,
          primary.pgdata(),
          Optional.ofNullable(standby).map(PgCluster::pgdata));
    }
  }

  private static void backup(
      VerbContext context,
      HeldLocks locks,
      ClusterGate cluster,
      Path pgPath,
      Optional<Path> standbyPath) {
    new Backup(
            request(context.options(), pgPath, standbyPath),
            cluster,
            context.clock(),
            context.reporter(),
            HostedVerb.progress(locks))
        .run();
  }

  private static BackupRequest request(Options options, Path pgPath, Optional<Path> standbyPath) {
    boolean archiveCheck = options.flag("online") && options.flag("archive-check");
    return new BackupRequest(
        options.stanza(),
        Repositories.chosen(options),
        BackupType.parse(options.string("type")),
        pgPath,
        standbyPath,
        storing(options),
        new BackupRequest.ReadingOptions(
            options.optionalFlag("checksum-page"),
            options.flag("page-header-check"),
            options.flag("delta"),
            options.list("exclude")),
        new BackupRequest.ArchiveOptions(
            archiveCheck,
            archiveCheck && options.flag("archive-copy"),
            archiveCheck ? options.duration("archive-timeout") : Duration.ZERO),
        options.flag("resume"),
        options.optionalFlag("force").orElse(false),
        options.map("annotation"),
        options.integer("process-max"),
        options.bytes("manifest-save-threshold"));
  }

  private static StoringOptions storing(Options options) {
    CompressionType compression = compression(options);
    int key = options.repositoryKey();
    Optional<StoringOptions.Bundles> bundles = Optional.empty();
    Optional<StoringOptions.Blocks> blocks = Optional.empty();
    if (options.flag("repo-bundle", key)) {
      bundles =
          Optional.of(
              new StoringOptions.Bundles(
                  options.bytes("repo-bundle-size", key), options.bytes("repo-bundle-limit", key)));
      if (options.flag("repo-block", key)) {
        blocks =
            Optional.of(
                new StoringOptions.Blocks(
                    BlockSizing.of(
                        options.quantities("repo-block-size-map", key),
                        options.quantities("repo-block-age-map", key),
                        options.quantities("repo-block-checksum-size-map", key)),
                    options.bytes("repo-block-size-super-full", key),
                    options.bytes("repo-block-size-super", key)));
      }
    }
    return new StoringOptions(
        compression,
        compression == CompressionType.NONE ? 0 : options.integer("compress-level"),
        bundles,
        blocks,
        options.flag("repo-hardlink", key));
  }

  /** Before there was a choice of types there was {@code compress}: off means none. */
  private static CompressionType compression(Options options) {
    if (options.knows("compress")
        && options.source("compress") != OptionSource.DEFAULT
        && options.source("compress-type") == OptionSource.DEFAULT
        && !options.flag("compress")) {
      return CompressionType.NONE;
    }
    return CompressionType.parse(options.string("compress-type"));
  }
}
