package dev.holdfast.repository.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A manifest of a million files is held, written and read in bounded memory. */
@Tag("long")
class MillionFilesTest {
  private static final int COUNT = 1_000_000;

  @Test
  void holdsAMillionFilesInLessThan150Megabytes(@TempDir Path directory) throws IOException {
    long begin = System.nanoTime();
    Manifest manifest =
        SampleManifests.manifest(SampleManifests.manyFiles(COUNT, new Random(20261121)));
    report("pack", begin);
    System.out.printf(
        "packed bytes per file: %.1f%n", manifest.files().memoryBytes() / (double) COUNT);
    assertThat(manifest.files().memoryBytes()).isLessThan(150_000_000);

    Path file = directory.resolve("manifest");
    begin = System.nanoTime();
    try (OutputStream text = new BufferedOutputStream(Files.newOutputStream(file))) {
      ManifestStore.write(manifest, text);
    }
    report("write " + Files.size(file) / 1_000_000 + " MB", begin);

    for (int round = 0; round < 3; round++) {
      begin = System.nanoTime();
      Manifest read;
      try (InputStream text = new BufferedInputStream(Files.newInputStream(file))) {
        read = ManifestStore.read(text);
      }
      report("read", begin);
      assertThat(read.files().size()).isEqualTo(COUNT);
      assertThat(read.files().get(777_777)).isEqualTo(manifest.files().get(777_777));
    }

    begin = System.nanoTime();
    Random random = new Random(1);
    for (int i = 0; i < COUNT; i++) {
      int index = random.nextInt(COUNT);
      assertThat(manifest.files().indexOf(manifest.files().name(index)).getAsInt())
          .isEqualTo(index);
    }
    report("look up a million names", begin);

    System.gc();
    Runtime runtime = Runtime.getRuntime();
    System.out.printf(
        "heap in use with one manifest: %d MB%n",
        (runtime.totalMemory() - runtime.freeMemory()) / 1_000_000);
    assertThat(manifest.files().size()).isEqualTo(COUNT);
  }

  private static void report(String what, long begin) {
    System.out.printf("%s: %d ms%n", what, (System.nanoTime() - begin) / 1_000_000);
  }
}
