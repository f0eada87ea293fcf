package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.repofiles.RepositoryListing;
import dev.holdfast.engine.repofiles.RepositoryListing.Order;
import dev.holdfast.engine.repofiles.RepositoryPath;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageEntry;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Lists files of a repository: a name on each line, or one JSON object with an entry for each name,
 * the path itself among them as {@code .}. What is missing has no entries and is no error.
 */
final class RepositoryListVerb implements Verb {
  @Override
  public String name() {
    return "repo-ls";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    List<String> parameters = options.parameters();
    if (parameters.size() > 1) {
      throw new HoldfastException(ErrorCode.PARAM_INVALID, "only one path may be specified");
    }
    int key = options.repositoryKey();
    String path =
        parameters.isEmpty()
            ? ""
            : RepositoryPath.relative(parameters.getFirst(), options.string("repo-path", key));
    Predicate<String> filter =
        options.optional("filter").map(RepositoryListVerb::filter).orElse(name -> true);
    RepositoryListing listing =
        new RepositoryListing(
            path,
            options.flag("recurse"),
            Order.valueOf(options.string("sort").toUpperCase(Locale.ROOT)),
            filter);
    Storage storage = Repositories.repository(options, key).storage();
    if (options.string("output").equals("json")) {
      printJson(listing, storage, context.out());
    } else {
      listing.visit(storage, entry -> context.out().print(entry.name() + "\n"));
    }
    return 0;
  }

  private static Predicate<String> filter(String expression) {
    try {
      return Pattern.compile(expression).asPredicate();
    } catch (PatternSyntaxException e) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "the filter '" + expression + "' is no regular expression: " + e.getDescription(),
          e);
    }
  }

  private static void printJson(RepositoryListing listing, Storage storage, PrintStream out) {
    StringBuilder separator = new StringBuilder();
    out.print("{");
    if (listing.file(storage).isEmpty() && listing.filter().test(RepositoryListing.SELF)) {
      out.print("\".\":{\"type\":\"path\"}");
      separator.append(',');
    }
    listing.visit(
        storage,
        entry -> {
          out.print(separator);
          out.print(json(entry));
          separator.setLength(0);
          separator.append(',');
        });
    out.print("}\n");
  }

  private static String json(StorageEntry entry) {
    StringBuilder json = new StringBuilder(JsonText.quoted(entry.name()));
    json.append(":{\"type\":\"").append(entry.type().name().toLowerCase(Locale.ROOT)).append('"');
    if (entry.isFile()) {
      json.append(",\"size\":").append(entry.size());
      json.append(",\"time\":").append(entry.modified().getEpochSecond());
    }
    String target = entry.linkTarget();
    if (target != null) {
      json.append(",\"destination\":").append(JsonText.quoted(target));
    }
    return json.append('}').toString();
  }
}
