package dev.holdfast.engine.repofiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryPathTest {

  @ParameterizedTest
  @CsvSource({
    "backup/main, backup/main",
    "backup/main/, backup/main",
    "/repo, ''",
    "/repo/, ''",
    "/repo/archive/x, archive/x",
  })
  void isRelativeToTheRepository(String text, String expected) {
    assertThat(RepositoryPath.relative(text, "/repo")).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a//b", "/elsewhere", "/repository", "../x", "a/../../x", "/repo/../x"})
  void neverLeavesTheRepository(String text) {
    assertThatThrownBy(() -> RepositoryPath.relative(text, "/repo"))
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PARAM_INVALID));
  }

  @Test
  void takesTheWholeFileSystemForARepository() {
    assertThat(RepositoryPath.relative("/backup", "/")).isEqualTo("backup");
  }
}
