package dev.holdfast.cli;

import dev.holdfast.config.ConfigurationLoader;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.archive.OpenGaps;
import dev.holdfast.engine.archive.WalGap;
import dev.holdfast.engine.archive.WalGaps;
import dev.holdfast.engine.check.Check;
import dev.holdfast.engine.check.CheckRequest;
import dev.holdfast.engine.lock.HeldLocks;
import dev.holdfast.postgres.session.ClusterSet;
import dev.holdfast.postgres.session.ClusterSet.Wanted;
import java.util.ArrayList;
import java.util.List;

/** Checks the configuration and that WAL reaches every repository. */
final class CheckVerb implements Verb {
  private static final String NO_STANDBY = "n";

  @Override
  public String name() {
    return "check";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    if (options.optionalStanza().isPresent()) {
      check(options, context);
      return 0;
    }
    List<String> stanzas = options.configuredStanzas();
    if (stanzas.isEmpty()) {
      context
          .reporter()
          .warn(
              "no stanzas found to check\n"
                  + "HINT: are there non-empty stanza sections in the configuration?");
    }
    for (String stanza : stanzas) {
      context.reporter().info("check stanza '" + stanza + "'");
      List<String> arguments = new ArrayList<>(context.arguments());
      arguments.add("--stanza=" + stanza);
      check(ConfigurationLoader.ofProcess().load(arguments), context);
    }
    return 0;
  }

  private static void check(Options options, VerbContext context) {
    VerbContext ofStanza =
        new VerbContext(options, context.reporter(), context.surroundings(), context.arguments());
    if (DatabaseHosts.runs(ofStanza, HeldLocks.none())) {
      return;
    }
    CheckRequest request = request(options);
    try (ClusterSet clusters = Clusters.connect(options, Wanted.ANY_STANDBY, false)) {
      new Check(request, context.reporter()).run(clusters);
    }
    refuseGaps(options, context, request);
  }

  /** What is to be checked on a host that has a standby only. */
  static void checkStandby(VerbContext context) {
    Options options = context.options();
    try (ClusterSet clusters = Clusters.connect(options, Wanted.ANY_STANDBY, false)) {
      new Check(request(options), context.reporter()).runOnStandby(clusters);
    }
  }

  private static CheckRequest request(Options options) {
    return new CheckRequest(
        options.stanza(),
        Repositories.all(options),
        options.duration("archive-timeout"),
        options.flag("archive-check"),
        options.flag("archive-mode-check"),
        !options.string("backup-standby").equals(NO_STANDBY));
  }

  private static void refuseGaps(Options options, VerbContext context, CheckRequest request) {
    WalGaps gaps = new WalGaps(options.path("spool-path"), options.stanza(), context.clock());
    List<WalGap> open = OpenGaps.of(gaps, options.stanza(), request.repositories());
    if (!open.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING,
          OpenGaps.describe(open),
          "backups from before cannot be recovered beyond it: take a new one, in every"
              + " repository.");
    }
  }
}
