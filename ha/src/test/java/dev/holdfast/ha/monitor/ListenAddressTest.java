package dev.holdfast.ha.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.HoldfastException;
import org.junit.jupiter.api.Test;

/** Only where nobody else can listen in. */
class ListenAddressTest {
  @Test
  void takesLoopbackAddressesAlone() {
    assertThat(ListenAddress.parse("127.0.0.1:8010").getPort()).isEqualTo(8010);
    assertThat(ListenAddress.parse("[::1]:5432").getPort()).isEqualTo(5432);
    assertThat(ListenAddress.parse("localhost:1").getAddress().isLoopbackAddress()).isTrue();

    for (String open : new String[] {"0.0.0.0:8010", "[::]:8010", "192.0.2.1:8010"}) {
      assertThatThrownBy(() -> ListenAddress.parse(open))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining("no TLS yet");
    }
    assertThatThrownBy(() -> ListenAddress.parse("127.0.0.1"))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("has no port");
  }
}
