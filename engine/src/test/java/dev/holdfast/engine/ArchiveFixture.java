package dev.holdfast.engine;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.archive.ArchiveGet;
import dev.holdfast.engine.archive.ArchiveGetRequest;
import dev.holdfast.engine.archive.ArchivePush;
import dev.holdfast.engine.archive.ArchivePushRequest;
import dev.holdfast.engine.archive.BranchGuard;
import dev.holdfast.engine.archive.WalGaps;
import dev.holdfast.engine.stanza.StanzaCreate;
import dev.holdfast.engine.stanza.StanzaRequest;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.repository.Repository;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.posix.PosixStorage;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPgBackRest;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** A cluster, repositories of one test, and both programs' ways to them. */
public final class ArchiveFixture implements AutoCloseable {
  public static final StanzaName STANZA = new StanzaName("main");
  public static final String PASS = "correct horse";

  public final TestDirectory directory = TestDirectory.create();
  public final TestPostgres postgres;
  public final RecordingReporter reporter = new RecordingReporter();
  private final List<Repository> repositories = new ArrayList<>();
  private final TestPgBackRest pgBackRest;
  public CompressionType compression = CompressionType.NONE;
  public OptionalLong queueMax = OptionalLong.empty();
  public Optional<BranchGuard> branches = Optional.empty();

  public ArchiveFixture(TestPostgres postgres) {
    this.postgres = postgres;
    this.pgBackRest = TestPgBackRest.system(directory).stanza("main", postgres);
  }

  /** Adds an empty repository. */
  public Path addRepository(boolean encrypted) {
    int key = repositories.size() + 1;
    Path path = directory.directory("repo" + key);
    addRepository(new PosixStorage(path), encrypted);
    pgBackRest.repository(key, path);
    if (encrypted) {
      pgBackRest
          .option("global", "repo" + key + "-cipher-type", "aes-256-cbc")
          .option("global", "repo" + key + "-cipher-pass", PASS);
    }
    return path;
  }

  public void addRepository(Storage storage, boolean encrypted) {
    repositories.add(
        new Repository(
            repositories.size() + 1,
            storage,
            encrypted ? Optional.of(new CipherPass(PASS)) : Optional.empty()));
  }

  public void compression(CompressionType type) {
    compression = type;
    pgBackRest.option("global", "compress-type", type.option());
  }

  public List<Repository> repositories() {
    return List.copyOf(repositories);
  }

  public Repository repository(int key) {
    return repositories.get(key - 1);
  }

  public PgControl control() {
    return PgControlFile.read(postgres.pgdata(), null).control();
  }

  public void createStanza() {
    new StanzaCreate(new StanzaRequest(STANZA, repositories, control()), reporter).run();
  }

  public ArchivePushRequest pushRequest() {
    return new ArchivePushRequest(
        STANZA,
        repositories,
        Optional.of(postgres.pgdata()),
        Optional.empty(),
        compression,
        compression.defaultLevel(),
        true,
        true,
        queueMax,
        gaps(),
        branches);
  }

  public WalGaps gaps() {
    return new WalGaps(resolve("spool"), STANZA, Clock.systemUTC());
  }

  public ArchivePush push() {
    return new ArchivePush(pushRequest(), reporter);
  }

  public ArchiveGetRequest getRequest() {
    return new ArchiveGetRequest(STANZA, repositories, postgres.pgdata(), Optional.empty());
  }

  public ArchiveGet get() {
    return new ArchiveGet(getRequest(), reporter);
  }

  /** pgBackRest, which runs as another user and so is given all that we wrote. */
  public TestPgBackRest pgBackRest() {
    try (Stream<Path> files = Files.walk(directory.path())) {
      files.forEach(directory.owner()::own);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pgBackRest;
  }

  /** A finished segment of the cluster. */
  public Path segment() {
    String name = postgres.switchWal();
    return postgres.pgdata().resolve("pg_wal").resolve(name);
  }

  public Path resolve(String name) {
    return directory.resolve(name);
  }

  /** The paths of all files in a repository's archive, below the stanza. */
  public List<String> archived(int key) {
    Path root = directory.resolve("repo" + key).resolve("archive/main");
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .filter(name -> !name.startsWith("archive.info"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    directory.close();
  }
}
