package dev.holdfast.postgres.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.postgres.ClusterSandbox;
import dev.holdfast.postgres.process.LocalCluster;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ControlOfRealClustersTest {
  @ParameterizedTest
  @ValueSource(ints = {13, 14, 15, 16, 17, 18})
  void readsControlFileAndWalHeaderOfEveryVersion(int major) {
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      boolean odd = major % 2 == 1;
      int segmentMegabytes = odd ? 1 : 64;
      LocalCluster cluster =
          sandbox.create(
              major,
              "--wal-segsize=" + segmentMegabytes,
              odd || major == 18 ? "--data-checksums" : "--no-instructions");
      Path data = cluster.place().data();

      PgControl control = PgControlFile.read(data, null).control();

      assertThat(control.version()).isEqualTo(new PgVersion(major * 10000));
      assertThat(control.controlVersion()).isEqualTo(PgControl.controlVersionOf(control.version()));
      assertThat(control.state()).isEqualTo(ClusterState.SHUT_DOWN);
      assertThat(control.walSegmentSize().bytes()).isEqualTo(segmentMegabytes << 20);
      assertThat(control.pageSize()).isEqualTo(8192);
      assertThat(control.pageChecksums()).isEqualTo(odd || major == 18);
      assertThat(control.timeline()).isEqualTo(new Timeline(1));
      assertThat(control.checkpoint()).isGreaterThan(new Lsn(segmentMegabytes << 20));
      assertThat(control.redo()).isEqualTo(control.checkpoint());

      WalSegment segment =
          WalSegment.containing(control.timeline(), control.checkpoint(), control.walSegmentSize());
      WalHeader header = WalHeader.read(data.resolve("pg_wal/" + segment), null);

      assertThat(header)
          .isEqualTo(
              new WalHeader(
                  control.version(),
                  control.systemId(),
                  new Timeline(1),
                  segment.start(control.walSegmentSize()),
                  control.walSegmentSize(),
                  8192));
    }
  }
}
