package dev.holdfast.storage.s3;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A {@link TestS3Server} with one bucket in a process of its own, which can be killed. */
public final class S3ServerProcess implements AutoCloseable {
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  private final Path directory;
  private final String bucket;
  private int port;
  private Process process;

  private S3ServerProcess(Path directory, String bucket) {
    this.directory = directory;
    this.bucket = bucket;
    start();
  }

  /** Starts one that keeps its certificates and its bucket in a directory. */
  public static S3ServerProcess start(Path directory, String bucket) {
    return new S3ServerProcess(directory, bucket);
  }

  /** Kills it at whatever it is doing, and starts it again on the same port. */
  public void killAndStart() {
    process.destroyForcibly().onExit().join();
    start();
  }

  private void start() {
    try {
      process =
          new ProcessBuilder(
                  JAVA.toString(),
                  "-Xmx256m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  S3ServerProcess.class.getName(),
                  directory.toString(),
                  bucket,
                  Integer.toString(port))
              .redirectError(directory.resolve("s3-server.log").toFile())
              .start();
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String line = reader.readLine();
      if (line == null) {
        throw new AssertionError(
            "the S3 server did not start: " + Files.readString(directory.resolve("s3-server.log")));
      }
      port = Integer.parseInt(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The program: says its port when it serves, and serves until it is killed. */
  public static void main(String[] arguments) throws InterruptedException {
    Path directory = Path.of(arguments[0]);
    TestS3Server server = TestS3Server.start(directory, Integer.parseInt(arguments[2]));
    if (!Files.exists(server.directory(arguments[1]))) {
      server.bucket(arguments[1]);
    }
    System.out.println(server.port());
    System.out.flush();
    Thread.currentThread().join();
  }

  /** The directory that is the bucket. */
  public Path bucketDirectory() {
    return directory.resolve("buckets").resolve(bucket);
  }

  /** The options of a repository in the bucket, as pgBackRest calls them. */
  public List<Map.Entry<String, String>> options() {
    return TestS3Server.options(bucket, port, directory.resolve("authority.pem"));
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
