package dev.holdfast.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.TestDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a real datagram socket receives. */
class SystemdNoticeTest {
  @Test
  void theManagerHearsThatItIsReadyAndThatItStops() throws IOException, InterruptedException {
    try (TestDirectory directory = TestDirectory.create()) {
      Path socket = directory.resolve("notify");
      Process listener =
          new ProcessBuilder("socat", "-u", "UNIX-RECV:" + socket, "STDOUT")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader heard = listener.inputReader(StandardCharsets.UTF_8)) {
        for (int look = 0; !Files.exists(socket) && look < 1000; look++) {
          listener.waitFor(10, TimeUnit.MILLISECONDS);
        }
        SystemdNotice systemd = new SystemdNotice(Optional.of(socket.toString()));
        systemd.ready();
        assertThat(heard.readLine()).isEqualTo("READY=1");
        assertThat(heard.readLine()).startsWith("STATUS=");
        systemd.stopping();
        assertThat(heard.readLine()).isEqualTo("STOPPING=1");
      } finally {
        listener.destroyForcibly();
      }
    }
  }

  @Test
  void nobodyWhoListensIsNoError() {
    new SystemdNotice(Optional.empty()).ready();
    new SystemdNotice(Optional.of("/nonexistent/notify")).ready();
    new SystemdNotice(Optional.of("relative")).stopping();
    new SystemdNotice(Optional.of("/" + "x".repeat(200))).stopping();
  }
}
