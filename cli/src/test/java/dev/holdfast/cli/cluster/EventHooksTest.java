package dev.holdfast.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventHooksTest {
  private static final byte[] EVENT =
      "{\"text\":\"a node is chosen\"}".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path directory;

  private ProgramHook program(String script) throws IOException {
    Path file = Files.writeString(directory.resolve("hook"), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return new ProgramHook(file);
  }

  @Test
  void aProgramGetsTheEventAndTheCluster() throws IOException {
    Path got = directory.resolve("got");
    program("{ echo \"$1\"; cat; } >" + got).tell("main", EVENT);

    assertThat(got).hasContent("main\n" + new String(EVENT, StandardCharsets.UTF_8));
  }

  @Test
  void aProgramThatFailsHasNotTakenIt() throws IOException {
    ProgramHook failing = program("exit 3");
    assertThatThrownBy(() -> failing.tell("main", EVENT))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("exited with 3");
    ProgramHook missing = new ProgramHook(directory.resolve("missing"));
    assertThatThrownBy(() -> missing.tell("main", EVENT)).hasMessageContaining("cannot be started");
  }

  @Test
  void anAddressGetsTheEventAndMayRefuseIt() throws IOException {
    List<String> got = new CopyOnWriteArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        http -> {
          got.add(new String(http.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          http.sendResponseHeaders(http.getRequestURI().getPath().equals("/no") ? 500 : 204, -1);
          http.close();
        });
    server.start();
    try {
      String base = "http://127.0.0.1:" + server.getAddress().getPort();
      new WebHook(base + "/yes").tell("main", EVENT);
      assertThat(got).containsExactly(new String(EVENT, StandardCharsets.UTF_8));
      WebHook refusing = new WebHook(base + "/no?secret=1");
      assertThatThrownBy(() -> refusing.tell("main", EVENT))
          .hasMessageContaining("answers 500")
          .hasMessageNotContaining("secret");
    } finally {
      server.stop(0);
    }
    assertThatThrownBy(() -> new WebHook("alerts.example")).isInstanceOf(HoldfastException.class);
  }

  /** Fails so many times, then takes everything. */
  private static final class Flaky implements EventHook {
    private final AtomicInteger failures;
    private final List<String> taken = new CopyOnWriteArrayList<>();
    private final CountDownLatch two = new CountDownLatch(2);

    Flaky(int failures) {
      this.failures = new AtomicInteger(failures);
    }

    @Override
    public String name() {
      return "flaky";
    }

    @Override
    public void tell(String cluster, byte[] json) {
      if (failures.getAndDecrement() > 0) {
        throw new HoldfastException(ErrorCode.SERVICE, "flaky fails");
      }
      taken.add(new String(json, StandardCharsets.UTF_8));
      two.countDown();
    }
  }

  @Test
  void eventsAreTriedAgainAndKeepTheirOrder() throws InterruptedException {
    Flaky hook = new Flaky(3);
    List<String> complaints = new CopyOnWriteArrayList<>();
    try (HookLine line = new HookLine(hook, Duration.ofMillis(1), complaints::add)) {
      line.tell("main", new byte[] {'1'});
      line.tell("main", new byte[] {'2'});
      assertThat(hook.two.await(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(hook.taken).containsExactly("1", "2");
    assertThat(complaints).isEmpty();
  }

  @Test
  void anEventThatNobodyTakesIsGivenUpAloud() throws InterruptedException {
    Flaky hook = new Flaky(5);
    List<String> complaints = new CopyOnWriteArrayList<>();
    try (HookLine line = new HookLine(hook, Duration.ofMillis(1), complaints::add)) {
      for (char name : "123".toCharArray()) {
        line.tell("main", new byte[] {(byte) name});
      }
      assertThat(hook.two.await(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(hook.taken).containsExactly("2", "3");
    assertThat(complaints).containsExactly("flaky fails; the event is given up after 5 attempts");
  }
}
