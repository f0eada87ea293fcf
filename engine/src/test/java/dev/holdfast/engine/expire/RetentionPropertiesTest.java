package dev.holdfast.engine.expire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegment;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random chains of backups under random policies: what stays can be restored. */
class RetentionPropertiesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @Property(tries = 3000)
  void everythingThatAKeptBackupNeedsIsKept(
      @ForAll("chains") List<KnownBackup> backups, @ForAll("policies") RetentionPolicy policy) {
    List<KnownBackup> kept = BackupRetention.decide(backups, policy, NOW).kept();

    Set<BackupLabel> labels = kept.stream().map(KnownBackup::label).collect(Collectors.toSet());
    for (KnownBackup backup : kept) {
      assertThat(labels).containsAll(backup.references());
    }
  }

  @Property(tries = 3000)
  void theWalThatMakesAKeptBackupConsistentIsKept(
      @ForAll("chains") List<KnownBackup> backups, @ForAll("policies") RetentionPolicy policy) {
    BackupRetention.Decision decision = BackupRetention.decide(backups, policy, NOW);
    for (int historyId = 1; historyId <= 3; historyId++) {
      ArchiveRetention.Decision archive = archive(decision, policy, historyId);
      for (KnownBackup backup : decision.kept()) {
        if (backup.historyId() != historyId || backup.walStart().isEmpty()) {
          continue;
        }
        assertThat(archive).isNotInstanceOf(ArchiveRetention.Decision.RemoveAll.class);
        if (archive instanceof ArchiveRetention.Decision.Keep keep) {
          for (String segment = backup.walStart().get().toString();
              segment.compareTo(backup.walStop().get().toString()) <= 0;
              segment = next(segment)) {
            assertThat(keep.keeps(segment)).as(segment + " of " + backup.label()).isTrue();
            assertThat(keep.keepsSome(segment.substring(0, 16))).isTrue();
          }
        }
      }
    }
  }

  @Property(tries = 3000)
  void theNewestBackupOfTheCurrentClusterCanBeRolledForwardToNow(
      @ForAll("chains") List<KnownBackup> backups, @ForAll("policies") RetentionPolicy policy) {
    BackupRetention.Decision decision = BackupRetention.decide(backups, policy, NOW);
    int current = decision.kept().stream().mapToInt(KnownBackup::historyId).max().orElse(1);
    Optional<KnownBackup> newest =
        decision.kept().stream()
            .filter(b -> b.historyId() == current && b.walStart().isPresent())
            .reduce((a, b) -> b);
    if (newest.isPresent()
        && archive(decision, policy, current) instanceof ArchiveRetention.Decision.Keep keep) {
      WalSegment start = newest.get().walStart().get();
      assertThat(keep.keeps(start.toString())).isTrue();
      assertThat(keep.keeps("FFFFFFFFFFFFFFFFFFFFFFFF")).isTrue();
      assertThat(keep.keeps(next(start.toString()))).isTrue();
    }
  }

  @Property(tries = 2000)
  void countedRetentionKeepsTheNewestFulls(
      @ForAll("chains") List<KnownBackup> backups, @ForAll("policies") RetentionPolicy policy) {
    if (policy.fullType() != RetentionPolicy.FullType.COUNT || policy.full().isEmpty()) {
      return;
    }
    List<BackupLabel> before = fulls(backups);
    List<BackupLabel> after = fulls(BackupRetention.decide(backups, policy, NOW).kept());

    int expected = Math.min(before.size(), policy.full().getAsInt());
    assertThat(after).isEqualTo(before.subList(before.size() - expected, before.size()));
  }

  @Property(tries = 2000)
  void retentionByTimeLeavesEveryMomentOfTheWindowRestorable(
      @ForAll("chains") List<KnownBackup> backups, @ForAll("policies") RetentionPolicy policy) {
    if (policy.fullType() != RetentionPolicy.FullType.TIME || policy.full().isEmpty()) {
      return;
    }
    Instant start = policy.windowStart(NOW);
    boolean reached = backups.stream().anyMatch(b -> isFull(b) && b.stop().isBefore(start));
    BackupRetention.Decision decision = BackupRetention.decide(backups, policy, NOW);

    assertThat(decision.windowReached()).isEqualTo(reached);
    if (reached) {
      assertThat(decision.kept()).anyMatch(b -> isFull(b) && b.stop().isBefore(start));
    } else {
      assertThat(fulls(decision.kept())).isEqualTo(fulls(backups));
    }
  }

  @Property(tries = 2000)
  void nothingIsBothKeptAndExpired(
      @ForAll("chains") List<KnownBackup> backups, @ForAll("policies") RetentionPolicy policy) {
    BackupRetention.Decision decision = BackupRetention.decide(backups, policy, NOW);
    List<BackupLabel> all = new ArrayList<>();
    decision.kept().forEach(b -> all.add(b.label()));
    decision.expired().forEach(e -> all.addAll(e.labels()));

    assertThat(all).doesNotHaveDuplicates().hasSameSizeAs(backups);
  }

  private static ArchiveRetention.Decision archive(
      BackupRetention.Decision decision, RetentionPolicy policy, int historyId) {
    int current = decision.kept().stream().mapToInt(KnownBackup::historyId).max().orElse(1);
    return ArchiveRetention.decide(
        decision.kept(),
        policy.withArchiveDefault(decision.fullsKept(), decision.windowReached()),
        historyId,
        historyId == current);
  }

  private static List<BackupLabel> fulls(List<KnownBackup> backups) {
    return backups.stream()
        .filter(RetentionPropertiesTest::isFull)
        .map(KnownBackup::label)
        .toList();
  }

  private static boolean isFull(KnownBackup backup) {
    return backup.label().type() == BackupType.FULL;
  }

  private static String next(String segment) {
    return WalSegment.parse(segment).next(dev.holdfast.domain.WalSegmentSize.DEFAULT).toString();
  }

  @Provide
  Arbitrary<List<KnownBackup>> chains() {
    return Combinators.combine(Arbitraries.longs(), Arbitraries.integers().between(0, 14))
        .as((seed, count) -> chain(new Random(seed), count));
  }

  /** A repository's life: chains grow, clusters are upgraded, timelines fork, some are offline. */
  private static List<KnownBackup> chain(Random random, int count) {
    List<KnownBackup> backups = new ArrayList<>();
    LocalDateTime time = LocalDateTime.ofInstant(NOW, ZoneOffset.UTC).minusDays(40);
    int historyId = 1;
    long timeline = 1;
    long segment = 1 + random.nextInt(250);
    KnownBackup full = null;
    for (int i = 0; i < count; i++) {
      time = time.plusHours(1 + random.nextInt(72));
      segment += random.nextInt(300);
      if (random.nextInt(6) == 0) {
        timeline += random.nextInt(2);
      }
      BackupType type = BackupType.values()[random.nextInt(3)];
      if (random.nextInt(9) == 0 && historyId < 3) {
        historyId++;
        full = null;
      }
      if (full == null) {
        type = BackupType.FULL;
      }
      Set<BackupLabel> references = new HashSet<>();
      BackupLabel label;
      if (type == BackupType.FULL) {
        label = BackupLabel.full(time);
      } else {
        label = BackupLabel.dependent(full.label(), type, time);
        KnownBackup prior = type == BackupType.DIFF || backups.isEmpty() ? full : backups.getLast();
        references.add(prior.label());
        references.addAll(prior.references());
        references.add(full.label());
      }
      boolean online = random.nextInt(12) != 0;
      WalSegment start = new WalSegment(new Timeline(timeline), segment / 256, segment % 256);
      segment += random.nextInt(4);
      WalSegment stop = new WalSegment(new Timeline(timeline), segment / 256, segment % 256);
      KnownBackup backup =
          new KnownBackup(
              label,
              references,
              historyId,
              time.plusMinutes(10).toInstant(ZoneOffset.UTC),
              online ? Optional.of(start) : Optional.empty(),
              online ? Optional.of(stop) : Optional.empty());
      backups.add(backup);
      if (type == BackupType.FULL) {
        full = backup;
      }
    }
    return backups;
  }

  @Provide
  Arbitrary<RetentionPolicy> policies() {
    Arbitrary<OptionalInt> counts =
        Arbitraries.integers()
            .between(0, 5)
            .map(n -> n == 0 ? OptionalInt.empty() : OptionalInt.of(n));
    Arbitrary<OptionalInt> days =
        Arbitraries.integers()
            .between(0, 45)
            .map(n -> n == 0 ? OptionalInt.empty() : OptionalInt.of(n));
    return Arbitraries.of(RetentionPolicy.FullType.values())
        .flatMap(type ->
            Combinators.combine(
                    type == RetentionPolicy.FullType.COUNT ? counts : days,
                    counts,
                    Arbitraries.of(BackupType.values()),
                    counts)
                .as((full, diff, archiveType, archive) ->
                    new RetentionPolicy(
                        type, full, diff, archiveType, archive, OptionalInt.empty())));
  }
}
