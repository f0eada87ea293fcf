package dev.holdfast.postgres.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PasswordFileTest {
  private static String find(String... lines) {
    return PasswordFile.findIn(List.of(lines), "localhost", 5432, "db", "role");
  }

  @Test
  void theFirstLineThatFitsCounts() {
    assertThat(
            find("# localhost:5432:db:role:comment", "*:*:other:*:no", "*:*:*:*:yes", "*:*:*:*:z"))
        .isEqualTo("yes");
    assertThat(find("localhost:5432:db:role:p\\:q\\\\r:s")).isEqualTo("p:q\\r:s");
    assertThat(find("localhost:5433:db:role:x", "short:line", "")).isNull();
    assertThat(find("localhost:5432:db:role:")).isEmpty();
  }

  @Property
  void arbitraryLinesHaveAPasswordOrNone(@ForAll String line) {
    String found = find(line);
    assertThat(found == null || line.length() >= found.length()).isTrue();
  }

  @Test
  void aFileThatOthersMayReadIsIgnoredAsLibpqDoes(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("pass"), "localhost:5432:db:role:secret\n");
    Map<String, String> environment = Map.of("PGPASSFILE", file.toString());
    Files.setAttribute(file, "unix:mode", 0640);
    assertThat(PasswordFile.find(environment, "/tmp", 5432, "db", "role")).isNull();
    Files.setAttribute(file, "unix:mode", 0600);
    assertThat(PasswordFile.find(environment, "/tmp", 5432, "db", "role")).isEqualTo("secret");
    assertThat(PasswordFile.find(environment, "/elsewhere", 5432, "db", "role")).isNull();
    assertThat(
            PasswordFile.find(
                Map.of("PGPASSFILE", file.toString(), "PGPASSWORD", "direct"),
                "/elsewhere",
                5432,
                "db",
                "role"))
        .isEqualTo("direct");
  }
}
