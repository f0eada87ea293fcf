package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.archive.OpenGaps;
import dev.holdfast.engine.archive.WalGap;
import dev.holdfast.engine.archive.WalGaps;
import dev.holdfast.engine.info.InfoCollector;
import dev.holdfast.engine.info.InfoJson;
import dev.holdfast.engine.info.InfoReport;
import dev.holdfast.engine.info.InfoRequest;
import dev.holdfast.engine.info.InfoText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Shows the backups and WAL of the repositories. */
final class InfoVerb implements Verb {
  @Override
  public String name() {
    return "info";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    boolean full = options.string("detail-level").equals("full");
    if (!full && options.has("set")) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID,
          "option 'set' cannot be used with option 'detail-level' = 'progress'");
    }
    InfoReport report =
        new InfoCollector(
                new InfoRequest(
                    options.optionalStanza(),
                    Repositories.chosenOrAll(options),
                    SetOption.of(options),
                    options.optional("type").map(BackupType::parse),
                    full),
                context.locks())
            .collect();
    Map<String, List<WalGap>> gaps = openGaps(context, report);
    if (options.string("output").equals("json")) {
      context.out().print(InfoJson.render(report, gaps));
    } else {
      context.out().print(InfoText.render(report, context.clock().getZone()));
      gaps.forEach((stanza, open) ->
          context
              .out()
              .print("\nwal gap in stanza " + stanza + ": " + OpenGaps.describe(open) + "\n"));
    }
    return 0;
  }

  /** What this host had to give up of the WAL, by stanza. The repositories cannot know it. */
  private static Map<String, List<WalGap>> openGaps(VerbContext context, InfoReport report) {
    Options options = context.options();
    Map<String, List<WalGap>> gaps = new LinkedHashMap<>();
    for (InfoReport.Stanza each : report.stanzas()) {
      StanzaName stanza = new StanzaName(each.name());
      WalGaps recorded = new WalGaps(options.path("spool-path"), stanza, context.clock());
      List<WalGap> open = OpenGaps.of(recorded, stanza, Repositories.all(options));
      if (!open.isEmpty()) {
        gaps.put(each.name(), open);
      }
    }
    return gaps;
  }
}
