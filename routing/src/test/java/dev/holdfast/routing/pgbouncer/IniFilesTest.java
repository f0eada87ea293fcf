package dev.holdfast.routing.pgbouncer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PgBouncer's configuration, as people write it. */
class IniFilesTest {
  private static final ServerAddress NEW = new ServerAddress("db2", 5433);

  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("pgbouncer.ini");
  }

  private String repointed(String text, String... databases) throws IOException {
    Files.writeString(file, text, StandardCharsets.ISO_8859_1);
    IniFiles.read(file).repoint(Set.of(databases), NEW);
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }

  @Test
  void changesWhereADatabaseIsAndKeepsEveryOtherByte() throws IOException {
    String text =
        """
        ; host=db1 in a comment
        [databases]
        # app = host=db1
        app =  dbname=app   host=db1 port=5432  user='a''b c'\t
        other = host=db1 port=5432
        "with space" = host='db1'
        noport=host=db1
        socket = dbname=local
        * = host=db1 auth_user=caf\u00e9

        [pgbouncer]
        app = host=db1
        listen_port = 6432
        """;
    assertThat(repointed(text, "app", "with space", "noport", "socket", "*"))
        .isEqualTo(
            """
            ; host=db1 in a comment
            [databases]
            # app = host=db1
            app =  dbname=app   host=db2 port=5433  user='a''b c'\t
            other = host=db1 port=5432
            "with space" = host=db2 port=5433
            noport=host=db2 port=5433
            socket = dbname=local host=db2 port=5433
            * = host=db2 auth_user=caf\u00e9 port=5433

            [pgbouncer]
            app = host=db1
            listen_port = 6432
            """);
  }

  @Test
  void knowsWhereItsDatabasesAre() throws IOException {
    Files.writeString(
        file,
        """
        [databases]
        app = host=db1
        read = host=db2,db3 port=6000
        here =
        [users]
        app = pool_mode=session
        """);
    assertThat(IniFiles.read(file).databases())
        .extracting(
            PooledDatabase::name, database -> database.server().map(Object::toString).orElse("-"))
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("app", "db1:5432"),
            org.assertj.core.groups.Tuple.tuple("read", "db2:6000"),
            org.assertj.core.groups.Tuple.tuple("here", "-"));
  }

  @Test
  void changesIncludedFilesWhereTheyHaveTheDatabase() throws IOException {
    Path included = directory.resolve("databases.ini");
    Files.writeString(included, "app = host=db1\n");
    String main = "[databases]\n%include databases.ini\n[pgbouncer]\nlisten_port = 7000\n";
    assertThat(repointed(main, "app")).isEqualTo(main);
    assertThat(included).hasContent("app = host=db2 port=5433");
    assertThat(IniFiles.read(file).setting("listen_port")).contains("7000");
  }

  @Test
  void keepsTheModeOfTheFileAndTheLinkToIt() throws IOException {
    Path real = Files.writeString(directory.resolve("real.ini"), "[databases]\napp = host=db1\n");
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
    Files.createSymbolicLink(file, real);
    IniFiles.read(file).repoint(Set.of("app"), NEW);
    assertThat(file).isSymbolicLink();
    assertThat(real).hasContent("[databases]\napp = host=db2 port=5433");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(real)))
        .isEqualTo("rw-r-----");
    try (var entries = Files.list(directory)) {
      assertThat(entries).containsExactlyInAnyOrder(file, real);
    }
  }

  @Test
  void doesNotWriteAFileThatIsRight() throws IOException {
    String text = "[databases]\napp = host=db2 port=5433\n";
    Files.writeString(file, text);
    Object before = Files.getAttribute(file, "unix:ino");
    IniFiles.read(file).repoint(Set.of("app"), NEW);
    assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(before);
  }

  @Test
  void tellsWhatItCannotReadWithoutThePassword() throws IOException {
    Files.writeString(file, "[databases]\napp = host=db1 password='secret\n");
    assertThatThrownBy(() -> IniFiles.read(file).databases())
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.FORMAT);
              assertThat(e.getMessage()).contains("'app'").doesNotContain("secret");
            });
    assertThatThrownBy(() -> IniFiles.read(directory.resolve("none.ini")))
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_MISSING));
  }

  @Test
  void aFileThatIncludesItselfIsRefused() throws IOException {
    Files.writeString(file, "%include pgbouncer.ini\n");
    assertThatThrownBy(() -> IniFiles.read(file)).hasMessageContaining("ten levels");
  }
}
