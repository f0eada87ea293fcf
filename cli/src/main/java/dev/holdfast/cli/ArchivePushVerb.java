package dev.holdfast.cli;

import dev.holdfast.agent.AgentPaths;
import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.engine.archive.ArchiveLock;
import dev.holdfast.engine.archive.ArchivePush;
import dev.holdfast.engine.archive.ArchivePushAsync;
import dev.holdfast.engine.archive.ArchivePushRequest;
import dev.holdfast.engine.archive.AsyncSettings;
import dev.holdfast.engine.archive.BranchGuard;
import dev.holdfast.engine.archive.InheritedWal;
import dev.holdfast.engine.archive.TailPush;
import dev.holdfast.engine.archive.WalGaps;
import dev.holdfast.engine.archive.WalPath;
import dev.holdfast.engine.archive.WalSink;
import dev.holdfast.repository.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Pushes a WAL segment to the archive, for archive_command. */
final class ArchivePushVerb implements Verb {
  @Override
  public String name() {
    return "archive-push";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    if (options.parameters().size() != 1) {
      throw new HoldfastException(ErrorCode.PARAM_REQUIRED, "WAL segment to push required");
    }
    Optional<String> work = DetachedProcess.work(options);
    if (work.isPresent()) {
      async(context).pushReady(Path.of(work.get()));
      return 0;
    }
    context.refuseWhenStopped();
    Clusters.refuseOtherHost(options);
    Path walFile =
        WalPath.resolve(
            options.parameters().getFirst(), pgPath(options), Path.of("").toAbsolutePath(), name());
    if (options.flag("archive-async")) {
      async(context).awaitPush(walFile, new DetachedProcess(context.arguments()));
    } else {
      push(context, walFile);
    }
    return 0;
  }

  /**
   * Where an agent works, or did until it was killed, a push takes its turn with it, so that the
   * two never write one segment at once.
   */
  private static void push(VerbContext context, Path walFile) {
    Options options = context.options();
    ArchivePush push = new ArchivePush(request(context), context.reporter());
    AgentPaths agent = new AgentPaths(options.path("spool-path"), options.stanza());
    if (Files.exists(agent.socket())) {
      lock(context).whenFree(options.duration("archive-timeout"), () -> push.push(walFile));
    } else {
      push.push(walFile);
    }
  }

  /** The push of what is ready, by a process that works ahead. */
  static ArchivePushAsync async(VerbContext context) {
    Options options = context.options();
    return new ArchivePushAsync(
        request(context),
        new AsyncSettings(
            options.path("spool-path"),
            options.duration("archive-timeout"),
            options.integer("process-max"),
            options.bytes("archive-push-batch-size")),
        lock(context),
        context.reporter());
  }

  /** Makes what a primary's progress is told to: a push of its tail into each repository. */
  static Supplier<List<WalSink>> sinks(VerbContext context) {
    ArchivePushRequest request = request(context);
    Path pgPath = Clusters.dataDirectory(context.options());
    return () -> {
      List<WalSink> sinks = new ArrayList<>();
      for (Repository repository : request.repositories()) {
        sinks.add(new TailPush(request, pgPath, repository));
      }
      sinks.add(
          new InheritedWal(
              request,
              pgPath,
              lock(context),
              context.options().duration("archive-timeout"),
              context.reporter()));
      return sinks;
    };
  }

  private static ArchiveLock lock(VerbContext context) {
    Options options = context.options();
    return new ArchiveLock(context.locks(), options.stanza(), options.repositoryKeys());
  }

  private static Optional<Path> pgPath(Options options) {
    return options.optional("pg-path").map(Path::of);
  }

  private static ArchivePushRequest request(VerbContext context) {
    Options options = context.options();
    CompressionType compression = CompressionType.parse(options.string("compress-type"));
    return new ArchivePushRequest(
        options.stanza(),
        Repositories.all(options),
        pgPath(options),
        options.optional("pg-version-force").map(PgVersion::parse),
        compression,
        options.optionalInteger("compress-level").orElse(compression.defaultLevel()),
        options.flag("archive-header-check"),
        options.flag("archive-mode-check"),
        options.optionalBytes("archive-push-queue-max"),
        new WalGaps(options.path("spool-path"), options.stanza(), context.clock()),
        options.flag("archive-stream") ? Optional.of(new BranchGuard()) : Optional.empty());
  }
}
