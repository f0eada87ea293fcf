package dev.holdfast.cli.demo;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.cli.local.EmbeddedPrograms;
import dev.holdfast.cli.local.LocalSite;
import dev.holdfast.postgres.process.ClusterPlace;
import dev.holdfast.postgres.process.OsUser;
import dev.holdfast.postgres.process.PostgresInstallation;

/** Shows a failover, then a backup, an accident and the recovery, and cleans up after itself. */
public final class DemoVerb implements Verb {
  @Override
  public String name() {
    return "demo";
  }

  @Override
  public int run(VerbContext context) {
    PostgresInstallation postgres = EmbeddedPrograms.installation();
    OsUser owner = OsUser.forPostgres();
    Palette palette =
        Palette.of(context.surroundings().environment(), context.surroundings().outTerminal());
    Story story = new Story(context.out(), palette, context.clock());
    boolean keep = context.options().flag("keep");
    Workshop workshop = Workshop.create(owner);
    Demo demo = new Demo(story, workshop, postgres);
    boolean finished = false;
    try {
      story.say("");
      story.say(
          "  "
              + palette.bold("Holdfast demo")
              + palette.faint("  in " + workshop.directory() + ", as user " + owner.name()));
      story.say("");
      demo.run();
      finished = true;
    } finally {
      // A signal interrupts the demonstration, not its cleaning up.
      boolean interrupted = Thread.interrupted();
      if (keep) {
        tellWhatIsKept(story, workshop, demo, finished);
      } else {
        demo.close();
        workshop.remove();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    if (!keep) {
      story.say("  Nothing is left of it; --keep leaves the clusters and the repository.");
    }
    story.say("");
    return 0;
  }

  private static void tellWhatIsKept(Story story, Workshop workshop, Demo demo, boolean finished) {
    story.heading(finished ? "Kept, and running" : "Kept, to look at");
    for (ClusterPlace place : demo.running()) {
      story.say(
          "    psql -h %s -p %d -U postgres %s"
              .formatted(place.sockets(), place.port(), Shop.DATABASE));
    }
    story.say(
        "    holdfast --config=%s/holdfast.conf --stanza=%s status"
            .formatted(workshop.cluster(), LocalSite.CLUSTER));
    story.say("    holdfast --config=%s info".formatted(workshop.configuration()));
    story.say("    %s/log, %s/*.log".formatted(workshop.directory(), workshop.directory()));
    story.say("");
    story.say("  To end and remove it: " + workshop.writeEnd(demo.daemons(), demo.running()));
  }
}
