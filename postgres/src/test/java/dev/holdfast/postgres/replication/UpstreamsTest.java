package dev.holdfast.postgres.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.ServerAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpstreamsTest {
  private static final ServerAddress ADDRESS = new ServerAddress("db1", 5432);

  @TempDir private Path directory;

  @Test
  void theWayIsOpenToOneNodeOrToNone() throws IOException {
    Upstreams upstreams = new Upstreams(directory.resolve("services"), "holdfast", "secret");
    assertThat(upstreams.upstream()).isEmpty();
    upstreams.open(12, ADDRESS);
    assertThat(upstreams.upstream()).contains(12);
    assertThat(Files.readString(upstreams.file()))
        .contains("[holdfast_node_12]\nhost=db1\nport=5432\nuser=holdfast\npassword=secret\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(upstreams.file())))
        .isEqualTo("rw-------");
    upstreams.open(3, ADDRESS);
    assertThat(upstreams.upstream()).contains(3);
    upstreams.close();
    assertThat(upstreams.upstream()).isEmpty();
    assertThat(Files.readString(upstreams.file())).doesNotContain("secret");
  }

  @Test
  void theSourceOfACopyIsNoUpstream() {
    Upstreams upstreams = new Upstreams(directory.resolve("services"), "holdfast", "secret");
    upstreams.open(3, ADDRESS);
    upstreams.source(ADDRESS);
    assertThat(upstreams.upstream()).isEmpty();
  }
}
