package dev.holdfast.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAddressTest {
  @ParameterizedTest
  @ValueSource(strings = {"db1:6000", "10.0.0.1:5432", "[::1]:5433", "/var/run/postgresql:5432"})
  void isReadAndWrittenTheSame(String text) {
    assertThat(ServerAddress.parse(text)).hasToString(text);
  }

  @Test
  void hasPostgresqlsPortByDefault() {
    assertThat(ServerAddress.parse("db1")).isEqualTo(new ServerAddress("db1", 5432));
    assertThat(ServerAddress.parse("[::1]")).isEqualTo(new ServerAddress("::1", 5432));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":5432",
        "db1:",
        "db1:0",
        "db1:70000",
        "db1:x",
        "::1",
        "a b:1",
        "a,b:1",
        "a'b"
      })
  void refusesWhatIsNone(String text) {
    assertThatThrownBy(() -> ServerAddress.parse(text))
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.OPTION_INVALID_VALUE));
  }
}
