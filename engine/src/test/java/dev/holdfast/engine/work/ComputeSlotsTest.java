package dev.holdfast.engine.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ComputeSlotsTest {
  private static final int SLOTS = 2;

  private final ComputeSlots slots = new ComputeSlots(SLOTS);
  private final AtomicInteger computing = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  private void work() {
    most.accumulateAndGet(computing.incrementAndGet(), Math::max);
    Thread.yield();
    computing.decrementAndGet();
  }

  private boolean meet(CountDownLatch all) {
    try {
      all.countDown();
      return all.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void letsOthersComputeWhileAThreadWaits() {
    CountDownLatch all = new CountDownLatch(slots.threads());
    List<Integer> jobs = IntStream.range(0, slots.threads()).boxed().toList();
    // Every thread waits for every other: with one slot held while waiting, they never meet.
    WorkerPool.run(
        "slots",
        slots.threads(),
        jobs,
        _ ->
            _ -> {
              boolean met =
                  slots.compute(() -> {
                    work();
                    boolean everyone = slots.await(() -> meet(all));
                    work();
                    return everyone;
                  });
              assertThat(met).isTrue();
            });
    assertThat(most.get()).isBetween(1, SLOTS);
  }

  @Test
  void givesItsSlotBackAfterAFailure() throws Exception {
    for (int failure = 0; failure < 2 * SLOTS; failure++) {
      assertThatThrownBy(() ->
              slots.compute(() ->
                  slots.await(() -> {
                    throw new IllegalStateException("lost");
                  })))
          .hasMessage("lost");
    }
    try (var threads = Executors.newCachedThreadPool()) {
      CountDownLatch all = new CountDownLatch(SLOTS);
      var met = threads.submit(() -> slots.compute(() -> meet(all)));
      assertThat(slots.compute(() -> meet(all))).isTrue();
      assertThat(met.get(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void readsWhatTheStreamHas() throws IOException {
    byte[] bytes = {1, 2, -1};
    try (InputStream stream = slots.reading(new ByteArrayInputStream(bytes))) {
      assertThat(slots.<Integer>compute(() -> first(stream))).isEqualTo(1);
      assertThat(slots.<byte[]>compute(() -> rest(stream))).containsExactly(2, -1);
    }
  }

  private static int first(InputStream stream) {
    try {
      return stream.read();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] rest(InputStream stream) {
    try {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
