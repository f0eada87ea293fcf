package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.engine.archive.ArchiveGet;
import dev.holdfast.engine.archive.ArchiveGetAsync;
import dev.holdfast.engine.archive.ArchiveGetRequest;
import dev.holdfast.engine.archive.ArchiveLock;
import dev.holdfast.engine.archive.AsyncSettings;
import dev.holdfast.engine.archive.RecoveryPatience;
import dev.holdfast.engine.archive.WalPath;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Fetches a WAL segment from the archive, for restore_command; exits with 1 if there is none. */
final class ArchiveGetVerb implements Verb {
  private static final int FOUND = 0;
  private static final int NOT_FOUND = 1;

  @Override
  public String name() {
    return "archive-get";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    checkParameters(options.parameters());
    Optional<String> work = DetachedProcess.work(options);
    if (work.isPresent()) {
      async(context).fetchAhead(DetachedProcess.several(work.get()));
      return FOUND;
    }
    Path pgPath = Clusters.dataDirectory(options);
    String segment = String.valueOf(Path.of(options.parameters().getFirst()).getFileName());
    Path destination =
        WalPath.resolve(
            options.parameters().getLast(),
            Optional.of(pgPath),
            Path.of("").toAbsolutePath(),
            name());
    boolean found = patience(options).attempt(() -> get(context, segment, destination));
    return found ? FOUND : NOT_FOUND;
  }

  private static boolean get(VerbContext context, String segment, Path destination) {
    Options options = context.options();
    return options.flag("archive-async")
        ? async(context).get(segment, destination, new DetachedProcess(context.arguments()))
        : new ArchiveGet(request(options), context.reporter()).get(segment, destination);
  }

  @Override
  public int exitCode(Options options, HoldfastException error) {
    return options.optional("pg-path").isEmpty()
        ? error.code().number()
        : patience(options).exitCode(error);
  }

  private static RecoveryPatience patience(Options options) {
    return new RecoveryPatience(
        Clusters.dataDirectory(options), options.duration("archive-timeout"));
  }

  private static void checkParameters(List<String> parameters) {
    if (parameters.isEmpty()) {
      throw new HoldfastException(ErrorCode.PARAM_REQUIRED, "WAL segment to get required");
    }
    if (parameters.size() == 1) {
      throw new HoldfastException(ErrorCode.PARAM_REQUIRED, "path to copy WAL segment required");
    }
    if (parameters.size() > 2) {
      throw new HoldfastException(ErrorCode.PARAM_INVALID, "extra parameters found");
    }
  }

  /** The get of what will be asked for next, by a process that works ahead. */
  static ArchiveGetAsync async(VerbContext context) {
    Options options = context.options();
    return new ArchiveGetAsync(
        request(options),
        new AsyncSettings(
            options.path("spool-path"),
            options.duration("archive-timeout"),
            options.integer("process-max"),
            options.bytes("archive-get-queue-max")),
        options.flag("archive-missing-retry"),
        new ArchiveLock(context.locks(), options.stanza(), options.repositoryKeys()),
        context.reporter());
  }

  private static ArchiveGetRequest request(Options options) {
    return new ArchiveGetRequest(
        options.stanza(),
        Repositories.chosenOrAll(options),
        Clusters.dataDirectory(options),
        options.optional("pg-version-force").map(PgVersion::parse));
  }
}
