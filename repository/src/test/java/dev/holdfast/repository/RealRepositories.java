package dev.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.storage.posix.PosixStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Repositories that the installed pgBackRest made of a real cluster: plain and encrypted, bundled
 * and not, with a full and an incremental backup of a stopped cluster that has links, and one of a
 * running cluster with a tablespace and odd database names. Made once per JVM.
 */
final class RealRepositories {
  static final StanzaName STANZA = new StanzaName("demo");

  /** The passphrase of the encrypted ones. */
  static final String PASS = "it's a =secret= \"pass\"";

  private static final Path PG_BIN = Path.of("/usr/lib/postgresql/15/bin");
  private static final Path PGBACKREST = Path.of("/usr/bin/pgbackrest");

  /** Lines of configuration that make each repository what its name says. */
  private static final Map<String, List<String>> KINDS = new LinkedHashMap<>();

  /** What only a pgBackRest of 2.46 or newer can make; there when the environment names one. */
  private static final Map<String, List<String>> NEWER_KINDS =
      Map.of(
          "newer-zst-block",
          List.of("compress-type=zst", "repo1-bundle=y", "repo1-block=y"),
          "encrypted-newer-lz4-block",
          List.of(
              "compress-type=lz4",
              "repo1-bundle=y",
              "repo1-bundle-limit=64KiB",
              "repo1-block=y",
              "repo1-cipher-type=aes-256-cbc",
              "repo1-cipher-pass=" + PASS),
          "newer-plain",
          List.of("compress-type=none"));

  private static final String NEWER = System.getenv("HOLDFAST_NEWER_PGBACKREST");

  static {
    KINDS.put("plain", List.of("compress-type=none"));
    KINDS.put("gz-hardlink", List.of("compress-type=gz", "repo1-hardlink=y"));
    KINDS.put("zst-bundle", List.of("compress-type=zst", "repo1-bundle=y"));
    KINDS.put(
        "encrypted-lz4",
        List.of("compress-type=lz4", "repo1-cipher-type=aes-256-cbc", "repo1-cipher-pass=" + PASS));
    KINDS.put(
        "encrypted-bz2-bundle",
        List.of(
            "compress-type=bz2",
            "repo1-bundle=y",
            "repo1-cipher-type=aes-256-cbc",
            "repo1-cipher-pass=" + PASS));
    if (NEWER != null) {
      KINDS.putAll(NEWER_KINDS);
    }
  }

  private static RealRepositories made;
  private static boolean failed;

  private final Path root;
  private final Path data;

  private RealRepositories(Path root) {
    this.root = root;
    this.data = root.resolve("pg");
  }

  /** The names of the repositories. */
  static List<String> kinds() {
    return List.copyOf(KINDS.keySet());
  }

  /** The repositories; skips the test where the programs are not installed. */
  static synchronized RealRepositories get() {
    assumeTrue(Files.isExecutable(PGBACKREST), "pgbackrest is not installed");
    assumeTrue(Files.isExecutable(PG_BIN.resolve("initdb")), "PostgreSQL 15 is not installed");
    if (made == null) {
      assertThat(failed).as("making the repositories failed before").isFalse();
      failed = true;
      try {
        made = make();
        failed = false;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return made;
  }

  /** The cluster's directory. */
  Path data() {
    return data;
  }

  /** The repository of this kind. */
  Repository repository(String kind) {
    return new Repository(1, new PosixStorage(root.resolve(kind)), pass(kind));
  }

  static Optional<CipherPass> pass(String kind) {
    return kind.startsWith("encrypted") ? Optional.of(new CipherPass(PASS)) : Optional.empty();
  }

  /** The repository's directory. */
  private Path path(String kind) {
    return root.resolve(kind);
  }

  /** Copies a repository, as a further one of this name. */
  Repository copy(String kind, String copy) throws IOException {
    asUser("cp", "-a", path(kind).toString(), path(copy).toString());
    configure(copy, KINDS.get(kind));
    return new Repository(1, new PosixStorage(path(copy)), pass(kind));
  }

  /** Makes an empty directory to restore into, and gives all of a repository to pgBackRest. */
  Path restoreDirectory(String copy) throws IOException {
    if (isRoot()) {
      exec(List.of("chown", "-R", "postgres:postgres", path(copy).toString()));
    }
    Path directory = root.resolve("restored-" + copy);
    asUser("mkdir", "-m", "0700", directory.toString());
    return directory;
  }

  private static RealRepositories make() throws IOException {
    Path root = Files.createTempDirectory("hf-repo-");
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteTree(root)));
    RealRepositories real = new RealRepositories(root);
    if (isRoot()) {
      real.exec(List.of("chown", "postgres:postgres", root.toString()));
    }
    real.initialize();
    for (String kind : KINDS.keySet()) {
      real.configure(kind, KINDS.get(kind));
      real.pgbackrest(kind, "--no-online", "stanza-create");
      real.pgbackrest(
          kind, "--no-online", "--type=full", "--annotation=first=one \"two\"", "backup");
      real.pgbackrest(kind, "archive-push", real.data + "/pg_wal/000000010000000000000001");
    }
    real.change();
    for (String kind : KINDS.keySet()) {
      real.pgbackrest(kind, "--no-online", "--type=incr", "backup");
    }
    real.online();
    return real;
  }

  private void initialize() throws IOException {
    asUser(
        PG_BIN + "/initdb",
        "-D",
        data.toString(),
        "-k",
        "-N",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "-X",
        root.resolve("wal").toString());
    Path configuration = root.resolve("conf");
    asUser("mkdir", configuration.toString());
    asUser("mv", data.resolve("pg_hba.conf").toString(), configuration.toString());
    asUser(
        "ln",
        "-s",
        configuration.resolve("pg_hba.conf").toString(),
        data.resolve("pg_hba.conf").toString());
    asUser("sh", "-c", "echo a > '" + data + "/name=with=\"equals\"'");
    asUser(
        "sh", "-c", "umask 022; mkdir '" + data + "/umlaut-ä'; echo b > '" + data + "/umlaut-ä/ö'");
    if (isRoot()) {
      exec(List.of("chown", "54321:54321", data.resolve("umlaut-ä/ö").toString()));
    }
  }

  private void change() throws IOException {
    asUser("sh", "-c", "echo '# changed' >> '" + data + "/postgresql.auto.conf'");
    asUser("sh", "-c", ": > '" + data + "/empty'");
    // An invalid page: its checksum cannot be right when nothing but one byte of it changed.
    asUser(
        "sh",
        "-c",
        "printf x | dd of=" + data + "/base/4/1259 bs=1 seek=9000 conv=notrunc 2>/dev/null");
    Files.setLastModifiedTime(
        data.resolve("base/4/1259"), FileTime.from(Instant.now().minusSeconds(60)));
  }

  /** A full backup, for the page checks of it, of the running cluster into two repositories. */
  private void online() throws IOException {
    int port = freePort();
    asUser("mkdir", root.resolve("tablespace").toString());
    String options =
        "-k "
            + root
            + " -p "
            + port
            + " -c listen_addresses= -c archive_mode=on"
            + " -c archive_command=/bin/true -c fsync=off";
    asUser(
        PG_BIN + "/pg_ctl",
        "-D",
        data.toString(),
        "-w",
        "-l",
        root.resolve("pg.log").toString(),
        "-o",
        options,
        "start");
    try {
      for (String sql :
          List.of(
              "create tablespace \"space one\" location '" + root + "/tablespace'",
              "create database \"odd=name \"\"quoted\"\" {}\"",
              "create table t tablespace \"space one\" as select generate_series(1, 1000) id",
              "checkpoint")) {
        asUser(
            "psql",
            "-X",
            "-q",
            "-h",
            root.toString(),
            "-p",
            Integer.toString(port),
            "-U",
            "postgres",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            sql,
            "postgres");
      }
      for (String kind : List.of("plain", "encrypted-bz2-bundle")) {
        pgbackrest(
            kind,
            "--pg1-socket-path=" + root,
            "--pg1-port=" + port,
            "--pg1-user=postgres",
            "--no-archive-check",
            "--start-fast",
            "--type=full",
            "backup");
      }
    } finally {
      asUser(PG_BIN + "/pg_ctl", "-D", data.toString(), "-w", "-m", "fast", "stop");
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void configure(String kind, List<String> options) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("[global]");
    lines.add("repo1-path=" + path(kind));
    lines.add("repo1-retention-full=9");
    lines.add("log-level-file=off");
    lines.add("log-level-console=warn");
    lines.add("lock-path=" + root.resolve("lock"));
    lines.add("spool-path=" + root.resolve("spool"));
    lines.addAll(options);
    lines.add("[demo]");
    lines.add("pg1-path=" + data);
    Files.write(root.resolve(kind + ".conf"), lines, StandardCharsets.UTF_8);
  }

  /** Runs pgBackRest on this repository; fails the test when it fails. */
  String pgbackrest(String kind, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(kind.contains("newer") && NEWER != null ? NEWER : PGBACKREST.toString());
    command.add("--config=" + root.resolve(kind + ".conf"));
    command.add("--stanza=demo");
    command.addAll(Arrays.asList(arguments));
    return asUser(command.toArray(String[]::new));
  }

  private String asUser(String... command) throws IOException {
    List<String> full = new ArrayList<>();
    if (isRoot()) {
      full.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
    }
    full.addAll(Arrays.asList(command));
    return exec(full);
  }

  private String exec(List<String> command) throws IOException {
    Path output = Files.createTempFile("hf-output-", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(root.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().put("HOME", root.toString());
      builder.environment().put("LC_ALL", "C.UTF-8");
      Process process = builder.start();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(command.toString()).isTrue();
      String text = Files.readString(output);
      assertThat(process.exitValue()).as("%s: %s", command, text).isZero();
      return text;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      Files.delete(output);
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static void deleteTree(Path root) {
    try (Stream<Path> paths = Files.walk(root)) {
      paths.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
