package dev.holdfast.cli.suite;

import dev.holdfast.testkit.SeededRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What a bad disk, a bad transfer or a bad hand does to a file. */
enum Damage {
  FLIPPED_BIT {
    @Override
    void to(Path file, SeededRandom random) throws IOException {
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        long offset = random.nextLong(channel.size());
        ByteBuffer one = ByteBuffer.allocate(1);
        channel.read(one, offset);
        one.put(0, (byte) (one.get(0) ^ (1 << random.nextInt(8))));
        channel.write(one.flip(), offset);
      }
    }
  },
  TRUNCATED {
    @Override
    void to(Path file, SeededRandom random) throws IOException {
      StoppedCluster.truncate(file, random.nextLong(Files.size(file)));
    }
  },
  MISSING {
    @Override
    void to(Path file, SeededRandom random) throws IOException {
      Files.delete(file);
    }
  };

  abstract void to(Path file, SeededRandom random) throws IOException;

  /** Damages a file. */
  void inflict(Path file, SeededRandom random) {
    try {
      to(file, random);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
