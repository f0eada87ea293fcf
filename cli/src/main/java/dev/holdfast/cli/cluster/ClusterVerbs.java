package dev.holdfast.cli.cluster;

import dev.holdfast.cli.Verb;
import java.util.Optional;

/** The verbs of this package. */
public final class ClusterVerbs {
  private ClusterVerbs() {}

  /** The verb of a name, if it is here. */
  public static Optional<Verb> named(String name) {
    return switch (name) {
      case "certificates" -> Optional.of(new CertificatesVerb());
      case "events" -> Optional.of(new EventsVerb());
      case "failover" -> Optional.of(new FailoverVerb());
      case "recover" -> Optional.of(new RecoverVerb());
      case "fence" -> Optional.of(new FenceVerb(true));
      case "unfence" -> Optional.of(new FenceVerb(false));
      case "maintenance" -> Optional.of(new MaintenanceVerb());
      case "monitor" -> Optional.of(new MonitorVerb());
      case "monitors" -> Optional.of(new MonitorsVerb());
      case "node" -> Optional.of(new NodeVerb());
      case "reroute" -> Optional.of(new RerouteVerb());
      case "settings" -> Optional.of(new SettingsVerb());
      case "status" -> Optional.of(new StatusVerb());
      case "switchover" -> Optional.of(new SwitchoverVerb());
      case "uri" -> Optional.of(new UriVerb());
      case "watch" -> Optional.of(new WatchVerb());
      default -> Optional.empty();
    };
  }
}
