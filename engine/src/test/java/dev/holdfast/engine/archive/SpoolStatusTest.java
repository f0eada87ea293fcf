package dev.holdfast.engine.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpoolStatusTest {
  @Test
  void anEmptyAcknowledgementIsASuccessWithoutAWarning() {
    assertThat(SpoolStatus.parse("x.ok", "")).isEqualTo(new SpoolStatus.Done(0, "", ""));
  }

  @Test
  void anAcknowledgementWithCodeZeroCarriesAWarning() {
    assertThat(SpoolStatus.parse("x.ok", "0\nfirst\nsecond"))
        .isEqualTo(new SpoolStatus.Done(0, "", "first\nsecond"));
  }

  @Test
  void anAcknowledgementOfOursNamesTheFileAndCarriesWarningsBesides() {
    WalFileIdentity identity =
        new WalFileIdentity(8, 15, 1 << 24, Instant.ofEpochSecond(16, 23), "42");

    String bare = SpoolStatus.formatDone(identity, List.of());
    assertThat(bare).isEqualTo("0\nholdfast 8:15:16777216:16.000000023 42\n");
    assertThat(SpoolStatus.parse("x.ok", bare))
        .isEqualTo(new SpoolStatus.Done(0, identity.toString(), ""));
    assertThat(SpoolStatus.parse("x.ok", SpoolStatus.formatDone(identity, List.of("one", "two"))))
        .isEqualTo(new SpoolStatus.Done(0, identity.toString(), "one\ntwo"));
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
