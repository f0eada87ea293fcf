package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.info.InfoCollector;
import dev.holdfast.engine.info.InfoJson;
import dev.holdfast.engine.info.InfoReport;
import dev.holdfast.engine.info.InfoRequest;
import dev.holdfast.engine.info.InfoText;

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
                    options.optional("set").map(BackupLabel::new),
                    options.optional("type").map(BackupType::parse),
                    full),
                context.locks())
            .collect();
    context
        .out()
        .print(
            options.string("output").equals("json")
                ? InfoJson.render(report)
                : InfoText.render(report, context.clock().getZone()));
    return 0;
  }
}
