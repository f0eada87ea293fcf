package dev.holdfast.storage.remote;

import dev.holdfast.storage.posix.PosixStorage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A program that serves a directory, as the one on another host does. */
final class ServedDirectory {
  private ServedDirectory() {}

  public static void main(String[] arguments) {
    RemoteServer.serve(
        new PosixStorage(Path.of(arguments[0])),
        Optional.of("served pass"),
        "test",
        System.in,
        System.out);
  }

  static List<String> command(Path root) {
    return List.of(
        System.getProperty("java.home") + "/bin/java",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xmx128m",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
        ServedDirectory.class.getName(),
        root.toString());
  }
}
