package dev.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.BackupType;
import dev.holdfast.engine.Reporter;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When times say too little, content is compared; each anomaly is told of. */
class PriorComparisonTest {
  @TempDir private Path directory;
  private BackupSite site;

  @BeforeEach
  void makeAFullBackup() {
    site = new BackupSite(directory, false);
    site.cluster.write("base/1/10", HandmadeCluster.pages(2, 1));
    site.backup(BackupType.FULL);
  }

  private boolean nextIsDelta() {
    Backup.Result result = site.backup(BackupType.INCR);
    return site.manifest(result.entry().label()).options().delta();
  }

  private void assertDeltaBecause(String reason) {
    assertThat(nextIsDelta()).isTrue();
    assertThat(site.reporter.messages(Reporter.Level.WARN))
        .anyMatch(line -> line.contains(reason) && line.contains("enabling delta checksum"));
  }

  @Test
  void timesAreBelievedWhenNothingSpeaksAgainstThem() {
    site.cluster.write("base/1/10", HandmadeCluster.pages(3, 1), Duration.ofMinutes(1));
    assertThat(nextIsDelta()).isFalse();
  }

  @Test
  void aFileThatBecameOlder() {
    site.cluster.write("base/1/10", HandmadeCluster.pages(2, 2), Duration.ofHours(2));
    assertDeltaBecause("timestamp earlier than prior backup");
  }

  @Test
  void aFileOfTheSameTimeWithAnotherSize() {
    long before = site.data.resolve("base/1/10").toFile().lastModified();
    site.cluster.write("base/1/10", HandmadeCluster.pages(3, 2));
    assertThat(site.data.resolve("base/1/10").toFile().setLastModified(before)).isTrue();
    assertDeltaBecause("but different size");
  }

  @Test
  void aFileOfTheFuture() {
    site.cluster.write("base/1/11", HandmadeCluster.pages(1, 2), Duration.ofDays(-1));
    assertDeltaBecause("in the future");
  }

  @Test
  void aClusterThatWasRunningAndNoLongerIs() {
    site.cluster.online = false;
    assertDeltaBecause("the online option has changed");
  }

  @Test
  void aTimelineThatIsAnother() {
    site.cluster.startSegment = dev.holdfast.domain.WalSegment.parse("000000020000000000000005");
    assertDeltaBecause("timeline switch");
  }
}
