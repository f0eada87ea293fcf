package dev.holdfast.cli;

import dev.holdfast.cli.cluster.ClusterVerbs;
import dev.holdfast.cli.demo.DemoVerb;
import dev.holdfast.cli.local.DownVerb;
import dev.holdfast.cli.local.UpVerb;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;

/** All verbs. A start loads the class of one of them. */
final class Verbs {
  private Verbs() {}

  /**
   * The verb of a name that the configuration knows.
   *
   * @throws HoldfastException FEATURE_NOT_SUPPORTED while it is not there
   */
  static Verb named(String name) {
    return switch (name) {
      case "adopt" -> new AdoptVerb();
      case "agent" -> new AgentVerb();
      case "annotate" -> new AnnotateVerb();
      case "archive-get" -> new ArchiveGetVerb();
      case "archive-push" -> new ArchivePushVerb();
      case "backup" -> new BackupVerb();
      case "check" -> new CheckVerb();
      case "demo" -> new DemoVerb();
      case "down" -> new DownVerb();
      case "expire" -> new ExpireVerb();
      case "help" -> new HelpVerb();
      case "hosted" -> new HostedVerb();
      case "info" -> new InfoVerb();
      case "keeper" -> new KeeperVerb();
      case "remote" -> new RemoteVerb();
      case "repo-get" -> new RepositoryGetVerb();
      case "repo-ls" -> new RepositoryListVerb();
      case "restore" -> new RestoreVerb();
      case "stanza-create" -> new StanzaCreateVerb();
      case "stanza-delete" -> new StanzaDeleteVerb();
      case "stanza-upgrade" -> new StanzaUpgradeVerb();
      case "start" -> new StartVerb();
      case "stop" -> new StopVerb();
      case "up" -> new UpVerb();
      case "verify" -> new VerifyVerb();
      case "version" -> new VersionVerb();
      default ->
          ClusterVerbs.named(name)
              .orElseThrow(() ->
                  new HoldfastException(
                      ErrorCode.FEATURE_NOT_SUPPORTED,
                      "the verb '" + name + "' is not in this version of Holdfast yet"));
    };
  }
}
