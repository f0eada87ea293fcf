package dev.holdfast.ha.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MonitorPeersTest {
  private static void refuses(ErrorCode code, String message, String self, String place) {
    assertThatThrownBy(() -> MonitorPeers.of(self, Map.of("m1", place), false))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining(message)
        .satisfies(error -> assertThat(((HoldfastException) error).code()).isEqualTo(code));
  }

  @Test
  void aPortThatIsNotNamedIsTheNext() {
    MonitorPeers peers =
        MonitorPeers.of("m1", Map.of("m1", "127.0.0.1:8010", "m2", "[::1]:8020,9000"), false);
    assertThat(peers.service()).isEqualTo("127.0.0.1:8010");
    assertThat(peers.own().agreement()).isEqualTo(new ServerAddress("127.0.0.1", 8011));
    assertThat(peers.all().get("m2").agreement()).isEqualTo(new ServerAddress("::1", 9000));
  }

  @Test
  void refusesWhatMakesNoSense() {
    refuses(ErrorCode.OPTION_INVALID_VALUE, "'m2' is not among", "m2", "127.0.0.1:8010");
    refuses(ErrorCode.OPTION_INVALID_VALUE, "'127.0.0.1' is not where", "m1", "127.0.0.1");
    refuses(ErrorCode.OPTION_INVALID_VALUE, "invalid port", "m1", "127.0.0.1:8010,99999");
  }

  @Test
  void overTlsTheyMayBeAnywhere() {
    MonitorPeers peers =
        MonitorPeers.of("m1", Map.of("m1", "192.0.2.1:8010", "m2", "m2.invalid:8010"), true);
    assertThat(peers.service()).isEqualTo("192.0.2.1:8010");
    assertThat(
            MonitorPeers.of("m1", Map.of("m1", "[::1]:8010", "m2", "localhost:8020"), true).all())
        .hasSize(2);
    assertThatThrownBy(() ->
            MonitorPeers.of("m1", Map.of("m1", "127.0.1.1:8010", "m2", "192.0.2.2:8010"), true))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("this monitor would listen on 127.0.1.1");
  }

  @Test
  void refusesAddressesThatOthersReach() {
    refuses(ErrorCode.OPTION_REQUIRED, "without certificates", "m1", "192.0.2.1:8010");
  }
}
