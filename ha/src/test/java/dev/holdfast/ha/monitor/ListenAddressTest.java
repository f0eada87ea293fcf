package dev.holdfast.ha.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.HoldfastException;
import org.junit.jupiter.api.Test;

/** Only where nobody else can listen in. */
class ListenAddressTest {
  @Test
  void takesLoopbackAddressesAlone() {
    assertThat(ListenAddress.parse("127.0.0.1:8010", false).getPort()).isEqualTo(8010);
    assertThat(ListenAddress.parse("[::1]:5432", false).getPort()).isEqualTo(5432);
    assertThat(ListenAddress.parse("localhost:1", false).getAddress().isLoopbackAddress()).isTrue();

    for (String open : new String[] {"0.0.0.0:8010", "[::]:8010", "192.0.2.1:8010"}) {
      assertThatThrownBy(() -> ListenAddress.parse(open, false))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining("without certificates");
    }
    assertThatThrownBy(() -> ListenAddress.parse("127.0.0.1", false))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("has no port");
  }
}
