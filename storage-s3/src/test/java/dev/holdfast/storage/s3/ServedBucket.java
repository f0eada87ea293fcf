package dev.holdfast.storage.s3;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Serves a bucket in a directory until standard input ends, for the benchmarks and for trying
 * things by hand. Prints the options of a repository in it, then {@code ready}.
 */
final class ServedBucket {
  private static final String BUCKET = "benchmark";

  private ServedBucket() {}

  public static void main(String[] arguments) throws IOException {
    try (TestS3Server server = TestS3Server.start(Path.of(arguments[0]))) {
      server.bucket(BUCKET);
      server
          .options(BUCKET)
          .forEach(
              option -> System.out.println("repo1-" + option.getKey() + "=" + option.getValue()));
      System.out.println("ready");
      while (System.in.read() >= 0) {
        continue;
      }
    }
  }
}
