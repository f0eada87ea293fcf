package dev.holdfast.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.Timeline;
import dev.holdfast.postgres.ClusterSandbox;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.postgres.process.PostgresInstallation;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The last valid record of damaged WAL, compared with PostgreSQL's own reader. */
final class WalEndAgainstWaldumpTest {
  private static final Timeline ONE = new Timeline(1);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern LAST = Pattern.compile("error in WAL record at ([0-9A-F/]+):");
  private static final int TRIALS = 60;

  /** Where the last valid record begins, read without the checks around it. */
  static Lsn lastRecord(Path data) {
    PgControlFile file = PgControlFile.read(data, null);
    PgControl control = file.control();
    Path wal = data.resolve("pg_wal");
    RecoveryTimelines timelines = RecoveryTimelines.choose(wal, control.timeline(), false);
    SegmentFiles files = new SegmentFiles(wal, timelines, control.walSegmentSize());
    int pageSize = file.recovery().walPageSize();
    try (WalReader reader =
        new WalReader(
            new WalPages(files, timelines, control, pageSize),
            control.redo(),
            pageSize,
            control.walSegmentSize(),
            control.version())) {
      while (reader.advance()) {
        // To the end.
      }
      return reader.lastRecord();
    }
  }

  private static Lsn lastRecord(Path program, Path data) {
    PgControl control = PgControlFile.read(data, null).control();
    ExternalProgram.Result result =
        ExternalProgram.run(
            List.of(
                program.toString(),
                "--quiet",
                "--path=" + data.resolve("pg_wal"),
                "--start=" + control.redo()),
            Map.of(),
            PATIENCE);
    Matcher matcher = LAST.matcher(result.err());
    assertThat(matcher.find()).as(result.err()).isTrue();
    return Lsn.parse(matcher.group(1));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void flippedBitsAndTruncatedSegmentsEndItForBoth(long seed) throws IOException {
    Optional<PostgresInstallation> debian = PostgresInstallation.find(PgVersion.parse("15"));
    assumeTrue(debian.isPresent(), "pg_waldump is not installed");
    Path program = debian.get().program("pg_waldump");
    Random random = new Random(seed);
    try (ClusterSandbox sandbox = new ClusterSandbox()) {
      StoppedCluster primary = StoppedCluster.start(sandbox, 15);
      primary.killUnderLoad(2 << 20);
      Path data = primary.data();
      Lsn first = PgControlFile.read(data, null).control().redo().plus(200);
      Lsn end = WalEnd.of(data).lsn();
      // Behind the end there is another segment at times, which pg_waldump wants to exist.
      Path behind = primary.segment(ONE, end.plus(primary.segmentSize().bytes()));
      if (Files.notExists(behind)) {
        Files.copy(primary.segment(ONE, first), behind);
      }
      for (int trial = 0; trial < TRIALS; trial++) {
        Lsn at = first.plus(random.nextLong(end.minus(first)));
        Path segment = primary.segment(ONE, at);
        Path kept = segment.resolveSibling("kept");
        Files.copy(segment, kept, StandardCopyOption.REPLACE_EXISTING);
        // pg_waldump does not know which timelines recovery expects in a page's header.
        boolean timeline = (at.value() & 8191) / 4 == 1;
        boolean flip = random.nextBoolean() && !timeline;
        if (flip) {
          primary.flip(ONE, at, random.nextInt(8));
        } else {
          primary.zero(ONE, at);
        }
        assertThat(lastRecord(data))
            .as("seed %d trial %d: %s at %s", seed, trial, flip ? "flip" : "zeros", at)
            .isEqualTo(lastRecord(program, data));
        if (!flip) {
          // A page that is not whole is none, which is all that tells a cut from zeros.
          Lsn page = new Lsn(at.value() & -8192);
          primary.zero(ONE, page);
          Lsn zeroed = lastRecord(data);
          truncate(segment, at.value() & primary.segmentSize().bytes() - 1);
          assertThat(lastRecord(data)).as("seed %d trial %d", seed, trial).isEqualTo(zeroed);
        }
        Files.move(kept, segment, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static void truncate(Path file, long bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(bytes);
    }
  }
}
