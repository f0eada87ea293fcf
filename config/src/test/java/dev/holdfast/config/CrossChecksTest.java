package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CrossChecksTest {
  private final Calls calls = Calls.withMain();

  private Options backup(String more) {
    return Calls.withMain().more(more).load("backup", "--stanza=main");
  }

  @Test
  void archiveRetentionFollowsTheBackups() {
    assertThat(backup("").optionalInteger("repo-retention-archive")).hasValue(2);
    assertThat(
            backup("[global]\nrepo1-retention-full-type=time")
                .optionalInteger("repo-retention-archive"))
        .isEmpty();
    assertThat(
            backup("[global]\nrepo1-retention-archive-type=diff\nrepo1-retention-diff=5")
                .optionalInteger("repo-retention-archive"))
        .hasValue(5);
    assertThat(
            backup("[global]\nrepo1-retention-archive=7").optionalInteger("repo-retention-archive"))
        .hasValue(7);
    assertThat(backup("[global]\nrepo1-retention-archive-type=incr").warnings().get(0).message())
        .isEqualTo(
            "option 'repo1-retention-archive-type' is incr, but 'repo1-retention-archive' is not "
                + "set: no WAL expires");
    assertThat(
            backup("[global]\nrepo1-retention-archive-type=diff\nrepo1-retention-archive=1")
                .warnings())
        .hasSize(1);
  }

  @Test
  void theProtocolWaitsLongerThanTheDatabase() {
    Options options = backup("[global]\ndb-timeout=2h");
    assertThat(options.duration("protocol-timeout")).isEqualTo(Duration.ofSeconds(7230));
    options = backup("[global]\nprotocol-timeout=10m");
    assertThat(options.duration("db-timeout")).isEqualTo(Duration.ofSeconds(570));
    options = backup("[global]\nprotocol-timeout=20");
    assertThat(options.duration("db-timeout")).isEqualTo(Duration.ofSeconds(10));
    assertThat(
            calls
                .more("[global]\nprotocol-timeout=5m\ndb-timeout=10m")
                .error("backup", "--stanza=main"))
        .startsWith("[032]: option 'protocol-timeout' is 5m, which is not longer than");
  }

  @Test
  void twoRepositoriesNeedTwoDirectories() {
    assertThat(calls.more("[global]\nrepo2-path=/repo/").error("info"))
        .startsWith("[032]: options 'repo1-path' and 'repo2-path' are both '/repo'");
    assertThat(
            Calls.withMain()
                .more("[global]\nrepo2-path=/repo\nrepo2-host=other")
                .load("info")
                .repositoryKeys())
        .containsExactly(1, 2);
  }

  @Test
  void notBothSidesAreRemote() {
    calls.more("[global]\nrepo1-host=r\n[main]\npg1-host=p");
    assertThat(calls.error("backup", "--stanza=main"))
        .startsWith("[027]: both the cluster and repo1 are on other hosts");
  }

  @Test
  void theOldSwitchOfCompressionIsUnderstood() {
    Options options = backup("[global]\ncompress=n");
    assertThat(options.string("compress-type")).isEqualTo("none");
    assertThat(options.integer("compress-level")).isZero();
    options = backup("[global]\ncompress=n\ncompress-type=zst");
    assertThat(options.string("compress-type")).isEqualTo("zst");
    assertThat(options.integer("compress-level")).isEqualTo(3);
    assertThat(options.warnings()).hasSize(1);
  }

  @Test
  void hardLinksAskedForExcludeBundles() {
    assertThat(backup("").flag("repo-bundle")).isTrue();
    assertThat(backup("").flag("repo-hardlink")).isFalse();
    Options linked = backup("[global]\nrepo1-hardlink=y");
    assertThat(linked.flag("repo-bundle")).isFalse();
    assertThat(linked.flag("repo-hardlink")).isTrue();
    Options both = backup("[global]\nrepo1-hardlink=y\nrepo1-bundle=y");
    assertThat(both.flag("repo-bundle")).isTrue();
    assertThat(both.flag("repo-hardlink")).isFalse();
  }

  @Test
  void aBucketWithDotsNeedsPathsInItsAddress() {
    String s3 =
        """
        [global]
        repo1-type=s3
        repo1-s3-bucket=my.bucket
        repo1-s3-endpoint=s3.example
        repo1-s3-region=here
        repo1-s3-key=k
        repo1-s3-key-secret=s
        """;
    assertThat(calls.more(s3).error("info"))
        .startsWith("[032]: option 'repo1-s3-bucket' cannot be 'my.bucket'");
    Options options = Calls.withMain().more(s3 + "repo1-s3-uri-style=path").load("info");
    assertThat(options.string("repo-s3-bucket")).isEqualTo("my.bucket");
    assertThat(options.bytes("repo-storage-upload-chunk-size")).isEqualTo(5L << 20);
  }

  @Test
  void aFingerprintIsCheckedOnceItIsThere() {
    String sftp =
        """
        [global]
        repo1-type=sftp
        repo1-sftp-host=h
        repo1-sftp-host-user=u
        repo1-sftp-host-key-hash-type=sha256
        repo1-sftp-private-key-file=/key
        """;
    Options options = Calls.withMain().more(sftp + "repo1-sftp-host-fingerprint=abc").load("info");
    assertThat(options.string("repo-sftp-host-key-check-type")).isEqualTo("fingerprint");
    assertThat(options.warnings()).hasSize(1);
    assertThat(
            Calls.withMain()
                .more(sftp + "repo1-sftp-host-key-check-type=fingerprint")
                .error("info"))
        .startsWith("[037]: the verb 'info' needs option 'repo1-sftp-host-fingerprint'");
    assertThat(
            Calls.withMain()
                .more(sftp + "repo1-sftp-host-key-check-type=strict\nrepo1-sftp-host-fingerprint=a")
                .error("info"))
        .startsWith("[031]: option 'repo1-sftp-host-fingerprint' needs");
  }
}
