package dev.holdfast.cli.local;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.postgres.process.LocalCluster;
import dev.holdfast.postgres.process.OsUser;
import dev.holdfast.postgres.process.PostgresInstallation;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Has a cluster run on this host, and leaves it running. */
public final class UpVerb implements Verb {
  @Override
  public String name() {
    return "up";
  }

  @Override
  public int run(VerbContext context) {
    OsUser owner = OsUser.forPostgres();
    Path path = SiteDirectory.chosen(context.options(), context.surroundings().environment());
    PostgresInstallation postgres = EmbeddedPrograms.installation();
    try (SiteDirectory directory = SiteDirectory.create(path, owner)) {
      LocalProgram program = new LocalProgram(owner, path.resolve("bin/holdfast"));
      try (LocalSite site = new LocalSite(directory.place(), postgres, program)) {
        boolean ran = site.isRunning();
        install(program, site);
        site.prepare("");
        List<String> started = site.start();
        tell(context, site, ran, started);
      }
    }
    return 0;
  }

  /** What runs has its classes open: they are not replaced under it. */
  private static void install(LocalProgram program, LocalSite site) {
    try {
      if (!Files.exists(program.script()) || site.daemons().isEmpty()) {
        program.owner().createDirectory(site.place().directory().resolve("bin"), 0700);
        program.install();
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE, "unable to write '" + program.script() + "': " + e, e);
    }
  }

  private static void tell(VerbContext context, LocalSite site, boolean ran, List<String> started) {
    ClusterView view = site.awaitProtected();
    String primary = LocalSite.name(LocalSite.primary(view));
    Path directory = site.place().directory();
    PrintStream out = context.out();
    String holdfast = context.surroundings().command();
    String verb =
        holdfast
            + " --config="
            + site.place().configuration("holdfast")
            + " --stanza="
            + LocalSite.CLUSTER;
    if (ran) {
      out.println("The cluster in " + directory + " runs already; its primary is " + primary + ".");
    } else {
      out.println("The cluster in " + directory + " runs; its primary is " + primary + ".");
      out.println("Started: " + String.join(", ", started) + ".");
    }
    out.println();
    out.println("Connect to the primary, whichever it is:");
    out.println("  psql '" + uri(site.place()) + "'");
    out.println("Through TCP it is at " + tcp(site.place()) + ", for roles with a password.");
    out.println();
    out.println("Look at it, and have the standby take over:");
    for (String each : List.of("status", "events", "switchover")) {
      out.println("  " + verb + " " + each);
    }
    out.println();
    out.println("End it; its data stays, but for --delete:");
    out.println("  " + holdfast + " --cluster-path=" + directory + " down");
    out.flush();
  }

  /** For libpq: through the sockets, where nobody needs a password. */
  static String uri(SitePlace place) {
    String ports =
        LocalSite.NODES.stream()
            .map(node -> Integer.toString(place.node(node).port()))
            .collect(Collectors.joining(","));
    String hosts =
        LocalSite.NODES.stream()
            .map(node -> place.node(node).sockets().toString())
            .collect(Collectors.joining(","));
    return "postgresql:///postgres?host="
        + hosts
        + "&port="
        + ports
        + "&user="
        + LocalCluster.SUPERUSER
        + "&target_session_attrs=read-write";
  }

  private static String tcp(SitePlace place) {
    return LocalSite.NODES.stream()
        .map(node -> "127.0.0.1:" + place.node(node).port())
        .collect(Collectors.joining(","));
  }
}
