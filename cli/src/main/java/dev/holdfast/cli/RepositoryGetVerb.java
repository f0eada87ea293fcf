package dev.holdfast.cli;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.repofiles.RepositoryFile;
import dev.holdfast.engine.repofiles.RepositoryPath;
import java.io.IOException;
import java.io.InputStream;

/**
 * Prints a file of a repository on standard output, decrypted unless {@code --raw}. Exits with 1
 * when it is missing and {@code --ignore-missing} was given.
 */
final class RepositoryGetVerb implements Verb {
  private static final int MISSING = 1;

  @Override
  public String name() {
    return "repo-get";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    if (options.parameters().size() != 1) {
      throw new HoldfastException(ErrorCode.PARAM_REQUIRED, "source file required");
    }
    String path =
        RepositoryPath.relative(options.parameters().getFirst(), options.string("repo-path"));
    RepositoryFile file = new RepositoryFile(Repositories.chosen(options), path);
    if (options.flag("ignore-missing") && !file.exists()) {
      return MISSING;
    }
    try (InputStream source = open(file, options)) {
      // A reader who has seen enough and goes away, as head does, is no error: the stream of
      // standard output keeps that to itself.
      source.transferTo(context.out());
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + path + "': " + e.getMessage(), e);
    }
    return 0;
  }

  private static InputStream open(RepositoryFile file, Options options) {
    return options.flag("raw")
        ? file.openRaw()
        : file.openDecrypted(
            options.optional("cipher-pass").map(CipherPass::new), options.optionalStanza());
  }
}
