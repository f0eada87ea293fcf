package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.storage.s3.TestCredentialServices;
import dev.holdfast.storage.s3.TestS3Server;
import dev.holdfast.testkit.SeededRandom;
import dev.holdfast.testkit.TestDirectory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A repository in a bucket whose key nobody configured: the machine, a web identity or a container
 * stands for us, and what it gives expires while the verbs run.
 */
class S3CredentialsTest {
  @RegisterExtension static final SeedOnFailure RANDOM = new SeedOnFailure();

  @ParameterizedTest
  @ValueSource(strings = {"auto", "web-id", "pod-id"})
  void temporaryCredentialsArchiveBackUpAndRestore(String keyType) {
    try (TestDirectory directory = TestDirectory.create();
        TestS3Server server = TestS3Server.startWithSessions(directory.path());
        TestCredentialServices services =
            TestCredentialServices.start(directory.path(), Duration.ofSeconds(4))) {
      directory.run("test", "-r", services.tokenFile().toString());
      Site site = Site.inBucket(directory, server, "temporary", "s3-key", "s3-key-secret");
      site.option("repo1-s3-key-type", keyType).option("compress-type", "lz4");
      if (keyType.equals("web-id")) {
        site.option("repo1-s3-sts-host", services.address().toString());
      }
      StoppedCluster cluster = StoppedCluster.in(directory, "pg");
      site.cluster(cluster);
      works(site, services, "stanza-create", "--no-online");
      SeededRandom random = RANDOM.fork(keyType);
      works(site, services, "archive-push", cluster.finishSegment(16, random).toString());
      // Slow enough for its credentials to expire within.
      int before = services.given();
      works(site, services, "backup", "--no-online", "--repo1-bandwidth-max=1MiB");
      assertThat(services.given() - before).isGreaterThan(1);
      String target = directory.directory("restored").toString();
      works(site, services, "restore", "--type=none", "--pg1-path=" + target);
      assertThat(cluster.tree().differences(StoppedCluster.treeOf(directory.resolve("restored"))))
          .isEmpty();
      works(site, services, "verify");
    }
  }

  private static void works(Site site, TestCredentialServices services, String... verb) {
    List<String> command = new ArrayList<>(HoldfastCommand.prefix());
    command.addAll(
        List.of(
            "env",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT=" + services.address(),
            "AWS_ROLE_ARN=" + TestCredentialServices.WEB_ROLE,
            "AWS_WEB_IDENTITY_TOKEN_FILE=" + services.tokenFile(),
            "AWS_CONTAINER_CREDENTIALS_FULL_URI=" + services.address() + "/container",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=" + services.tokenFile(),
            HoldfastCommand.program().toString(),
            "--config=" + site.pgbackrest().configuration(),
            "--stanza=" + Site.STANZA));
    command.addAll(List.of(verb));
    ExternalProgram.Result result = ExternalProgram.run(command, Map.of(), Duration.ofSeconds(100));
    assertThat(result.exit()).as("%s: %s%s", List.of(verb), result.out(), result.err()).isZero();
    assertThat(result.out() + result.err()).doesNotContain(TestS3Server.SECRET, "session-");
  }
}
