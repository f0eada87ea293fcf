package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.verify.Verify;
import dev.holdfast.engine.verify.VerifyRequest;
import dev.holdfast.engine.verify.VerifyResult;

/** Reads a repository and says what of it is not what it must be; then it fails. */
final class VerifyVerb implements Verb {
  @Override
  public String name() {
    return "verify";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    VerifyResult result =
        new Verify(
                new VerifyRequest(
                    options.stanza(),
                    Repositories.chosen(options),
                    SetOption.of(options),
                    options.integer("process-max")),
                context.reporter())
            .run();
    boolean verbose = options.flag("verbose");
    if (verbose || !result.isOk()) {
      String report = result.report(options.stanza().text(), verbose);
      context.reporter().info(report);
      if (options.string("output").equals("text")) {
        context.out().print(report + "\n");
      }
    }
    if (!result.isOk()) {
      throw new HoldfastException(
          ErrorCode.FILE_INVALID,
          "repo"
              + options.repositoryKey()
              + " of stanza '"
              + options.stanza()
              + "' does not hold what it must",
          "The report names each file; it is in the log, and on standard output with"
              + " --output=text.");
    }
    return 0;
  }
}
