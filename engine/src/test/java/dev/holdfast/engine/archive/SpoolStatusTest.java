package dev.holdfast.engine.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import org.junit.jupiter.api.Test;

class SpoolStatusTest {
  @Test
  void anEmptyAcknowledgementIsASuccessWithoutAWarning() {
    assertThat(SpoolStatus.parse("x.ok", "")).isEqualTo(new SpoolStatus.Done(0, ""));
  }

  @Test
  void anAcknowledgementWithCodeZeroCarriesAWarning() {
    assertThat(SpoolStatus.parse("x.ok", "0\nfirst\nsecond"))
        .isEqualTo(new SpoolStatus.Done(0, "first\nsecond"));
  }

  @Test
  void anErrorComesBackWithItsCodeAndHints() {
    SpoolStatus status = SpoolStatus.parse("x.error", "45\nexists already\nHINT: look there.");

    assertThat(status).isInstanceOf(SpoolStatus.Failed.class);
    HoldfastException error = ((SpoolStatus.Failed) status).error();
    assertThat(error.code()).isEqualTo(ErrorCode.ARCHIVE_DUPLICATE);
    assertThat(error).hasMessage("exists already");
    assertThat(error.hints()).containsExactly("look there.");
  }

  @Test
  void refusesWhatIsNoStatus() {
    for (String content : new String[] {"", "25", "25\n", "abc\nmessage"}) {
      assertThatThrownBy(() -> SpoolStatus.parse("x.error", content))
          .isInstanceOfSatisfying(
              HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORMAT));
    }
  }
}
