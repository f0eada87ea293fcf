package dev.holdfast.cli.local;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.postgres.process.OsUser;
import java.nio.file.Path;

/** Ends the cluster that {@code up} left running. */
public final class DownVerb implements Verb {
  @Override
  public String name() {
    return "down";
  }

  @Override
  public int run(VerbContext context) {
    OsUser owner = OsUser.forPostgres();
    Path path = SiteDirectory.chosen(context.options(), context.surroundings().environment());
    boolean delete = context.options().flag("delete");
    try (SiteDirectory directory = SiteDirectory.existing(path, owner)) {
      LocalProgram program = new LocalProgram(owner, path.resolve("bin/holdfast"));
      try (LocalSite site =
          new LocalSite(directory.place(), EmbeddedPrograms.installation(), program)) {
        boolean ran = site.isRunningInPart();
        site.stop();
        context.out().println(ran ? "The cluster has ended." : "The cluster did not run.");
      }
      if (delete) {
        directory.remove();
        context.out().println("Its directory " + path + " is removed.");
      } else {
        context.out().println("Its data is kept in " + path + ": 'holdfast up' goes on with it.");
      }
      context.out().flush();
    }
    return 0;
  }
}
