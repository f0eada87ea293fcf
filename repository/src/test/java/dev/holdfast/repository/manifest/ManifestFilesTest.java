package dev.holdfast.repository.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.storage.StoragePath;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ManifestFilesTest {

  private static ManifestFile random(String name, Random random) {
    boolean blocks = random.nextInt(4) == 0;
    boolean bundled = random.nextBoolean();
    Boolean valid = random.nextBoolean() ? Boolean.valueOf(random.nextBoolean()) : null;
    return new ManifestFile(
        name,
        random.nextLong() >>> 1 + random.nextInt(62),
        random.nextLong() >>> 1 + random.nextInt(62),
        random.nextLong() >>> 1 + random.nextInt(62),
        random.nextLong() >> random.nextInt(60),
        hash(random),
        hash(random),
        random.nextBoolean() ? SampleManifests.FULL : null,
        bundled ? 1 + random.nextInt(1000) : 0,
        bundled ? random.nextInt(1_000_000) : 0,
        blocks ? 8192 * (1 + random.nextInt(20)) : 0,
        blocks ? 6 + random.nextInt(6) : 0,
        blocks ? random.nextInt(100) : 0,
        valid,
        Boolean.FALSE.equals(valid) && random.nextBoolean() ? "[1,[3,5]]" : null,
        random.nextInt(01000),
        random.nextBoolean() ? "user" + random.nextInt(3) : null,
        random.nextBoolean() ? "group" + random.nextInt(3) : null);
  }

  private static Sha1Hash hash(Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> null;
      case 1 -> Sha1Hash.EMPTY;
      default -> new Sha1Hash(random.nextLong(), random.nextLong(), random.nextInt());
    };
  }

  private static TreeMap<String, ManifestFile> model(int count, Random random) {
    TreeMap<String, ManifestFile> model = new TreeMap<>(StoragePath.BYTE_ORDER);
    for (int i = 0; i < count; i++) {
      String name =
          "pg_data/" + random.nextInt(500) + (random.nextInt(5) == 0 ? "ü\uD83D\uDE00" : "");
      model.put(name, random(name, random));
    }
    return model;
  }

  @Property(tries = 200)
  void holdsWhatWasAddedInAnyOrder(@ForAll long seed) {
    Random random = new Random(seed);
    TreeMap<String, ManifestFile> model = model(random.nextInt(300), random);
    List<ManifestFile> shuffled = new ArrayList<>(model.values());
    Collections.shuffle(shuffled, random);
    ManifestFiles files = ManifestFiles.of(shuffled);
    assertThat(files).containsExactlyElementsOf(model.values());
    for (String name : model.keySet()) {
      assertThat(files.find(name)).contains(model.get(name));
      assertThat(files.find(name + "x").isPresent()).isEqualTo(model.containsKey(name + "x"));
    }
    assertThat(files.find("nothing")).isEmpty();
  }

  @Property(tries = 100)
  void overlaysAPlanWithResults(@ForAll long seed) {
    Random random = new Random(seed);
    TreeMap<String, ManifestFile> plan = model(random.nextInt(100), random);
    TreeMap<String, ManifestFile> results = model(random.nextInt(100), random);
    Map<String, ManifestFile> expected = new TreeMap<>(plan);
    expected.replaceAll(results::getOrDefault);
    assertThat(ManifestFiles.of(plan.values()).overlaidBy(ManifestFiles.of(results.values())))
        .containsExactlyInAnyOrderElementsOf(expected.values());
  }

  @Test
  void refusesAFileThatIsThereTwice() {
    ManifestFilesBuilder builder = ManifestFiles.builder();
    builder.add(ManifestFile.found("pg_data/b", 1, 2, 0600, "u", "g"));
    builder.add(ManifestFile.found("pg_data/a", 1, 2, 0600, "u", "g"));
    builder.add(ManifestFile.found("pg_data/b", 3, 2, 0600, "u", "g"));
    assertThatThrownBy(builder::build)
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("pg_data/b");
  }

  @Test
  void collectsFromSeveralThreadsAndShowsWhatWasThereWhenAsked() throws InterruptedException {
    ManifestFilesBuilder builder = ManifestFiles.builder();
    builder.add(ManifestFile.found("pg_data/first", 1, 2, 0600, "u", "g"));
    ManifestFiles early = builder.build();
    try (ExecutorService workers = Executors.newFixedThreadPool(4)) {
      for (int worker = 0; worker < 4; worker++) {
        int number = worker;
        workers.submit(() -> {
          for (int i = 0; i < 20_000; i++) {
            builder.add(
                ManifestFile.found("pg_data/" + number + "/" + i, i, i, 0600, "u" + i % 7, "g"));
          }
        });
      }
      workers.shutdown();
      assertThat(workers.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }
    ManifestFiles late = builder.build();
    assertThat(early.size()).isEqualTo(1);
    assertThat(early.get(0).name()).isEqualTo("pg_data/first");
    assertThat(late.size()).isEqualTo(80_001);
    assertThat(late.find("pg_data/3/19999").orElseThrow().user()).isEqualTo("u" + 19_999 % 7);
  }

  @Test
  void holdsAnEntryThatIsLargerThanAChunk() {
    String errors = "[" + "1,".repeat(1_000_000) + "2]";
    ManifestFile large =
        ManifestFile.found("pg_data/large", 1, 2, 0600, "u", "g").withPageCheck(false, errors);
    ManifestFile small = ManifestFile.found("pg_data/small", 1, 2, 0600, "u", "g");
    assertThat(ManifestFiles.of(List.of(small, large))).containsExactly(large, small);
  }
}
