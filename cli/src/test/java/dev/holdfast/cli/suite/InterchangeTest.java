package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.testkit.SeededRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Chains of backups in which Holdfast and the real pgBackRest take turns: each continues what the
 * other wrote, each restores what the other made, and the restored trees are what was backed up.
 */
class InterchangeTest {
  @RegisterExtension static final SeedOnFailure RANDOM = new SeedOnFailure();
  private static final int SAMPLE = 3;

  /** One chain's repository and who begins. */
  record Chain(String compression, boolean encrypted, boolean bundled, Program first) {
    @Override
    public String toString() {
      return first
          + " first, "
          + compression
          + (encrypted ? ", encrypted" : "")
          + (bundled ? ", bundled" : "");
    }
  }

  static List<Chain> matrix() {
    List<Chain> all = new ArrayList<>();
    for (String compression : List.of("none", "gz", "bz2", "lz4", "zst")) {
      for (boolean encrypted : List.of(false, true)) {
        for (boolean bundled : List.of(false, true)) {
          for (Program first : Program.values()) {
            all.add(new Chain(compression, encrypted, bundled, first));
          }
        }
      }
    }
    return all;
  }

  /** What most will use, and a few more by chance. */
  static Stream<Chain> sample() {
    List<Chain> all = matrix();
    Collections.shuffle(all, Random.from(RANDOM.fork("sample")));
    return Stream.concat(
        Stream.of(new Chain("zst", true, true, Program.HOLDFAST)), all.stream().limit(SAMPLE - 1));
  }

  @ParameterizedTest
  @MethodSource("sample")
  void eachContinuesAndRestoresWhatTheOtherWrote(Chain chain) {
    interchange(chain);
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("matrix")
  void eachContinuesAndRestoresWhatTheOtherWroteInEveryWay(Chain chain) {
    interchange(chain);
  }

  /** Blocks need a pgBackRest of 2.46 or newer, which {@code testing/newer-pgbackrest} provides. */
  @Tag("interchange")
  @ParameterizedTest
  @MethodSource("matrix")
  void eachContinuesAndRestoresBlocksThatTheOtherWrote(Chain chain) {
    assumeTrue(chain.bundled(), "blocks need bundles");
    Optional<Site> newer = Site.newer();
    assumeTrue(newer.isPresent(), "HOLDFAST_NEWER_PGBACKREST names no newer pgbackrest");
    try (Site site = newer.orElseThrow()) {
      configure(site, chain);
      site.option("repo1-block", "y");
      turns(site, chain.first(), "block " + chain);
      for (String label : site.labels()) {
        assertThat(site.stanzaBackups().resolve(label).resolve("pg_data/base/1"))
            .as("the large table is stored in blocks")
            .isDirectoryContaining("glob:**.pgbi");
      }
    }
  }

  private static void configure(Site site, Chain chain) {
    site.option("compress-type", chain.compression())
        .option("repo1-bundle", chain.bundled() ? "y" : "n");
    if (chain.encrypted()) {
      site.option("repo1-cipher-type", "aes-256-cbc").option("repo1-cipher-pass", "p\"ass=word");
    }
  }

  private static void interchange(Chain chain) {
    try (Site site = Site.create()) {
      configure(site, chain);
      turns(site, chain.first(), chain.toString());
    }
  }

  /** Four backups in turns, and each restored by the one who did not make it, the last by both. */
  static void turns(Site site, Program first, String name) {
    SeededRandom random = RANDOM.fork(name);
    StoppedCluster cluster = StoppedCluster.in(site.directory(), "pg");
    site.cluster(cluster);
    site.works(first, "stanza-create", "--no-online");
    Map<String, FileTree> expected = new LinkedHashMap<>();
    Map<String, Program> makers = new LinkedHashMap<>();
    Program turn = first;
    for (String type : List.of("full", "diff", "incr", "incr")) {
      if (!expected.isEmpty()) {
        cluster.change(random);
      }
      site.works(turn, "backup", "--no-online", "--type=" + type);
      String label = site.newestLabel();
      assertThat(expected).as("labels, seed %s", RANDOM).doesNotContainKey(label);
      expected.put(label, cluster.tree());
      makers.put(label, turn);
      turn = turn.other();
    }
    site.pgbackrestVerifies();
    site.holdfastVerifies();
    assertThat(site.theirsWorks("info").out()).contains("status: ok").contains(expected.keySet());
    expected.forEach((label, tree) -> restored(site, makers.get(label).other(), label, tree));
    String last = site.newestLabel();
    restored(site, makers.get(last), last, expected.get(last));
  }

  static void restored(Site site, Program by, String label, FileTree expected) {
    var target = site.directory().directory("restored-" + by + "-" + label);
    site.works(
        by, "restore", "--type=none", "--set=" + label, "--pg1-path=" + target, "--no-delta");
    assertThat(expected.differences(StoppedCluster.treeOf(target)))
        .as("%s restored %s, seed %s", by, label, RANDOM)
        .isEmpty();
    site.directory().run("rm", "-rf", target.toString());
  }
}
