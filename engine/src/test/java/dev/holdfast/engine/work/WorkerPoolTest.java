package dev.holdfast.engine.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerPoolTest {
  private static Iterable<Integer> jobs(int count) {
    return () -> IntStream.range(0, count).iterator();
  }

  @Test
  void doesEveryJobOnceAndGivesEachWorkerItsNumber() {
    Set<Integer> done = ConcurrentHashMap.newKeySet();
    Set<Integer> numbers = ConcurrentHashMap.newKeySet();
    WorkerPool.run(
        "test",
        3,
        jobs(1000),
        number -> {
          numbers.add(number);
          return job -> assertThat(done.add(job)).isTrue();
        });
    assertThat(done).hasSize(1000);
    assertThat(numbers).isSubsetOf(1, 2, 3);
  }

  @Test
  void theFirstErrorEndsTheOthersToo() {
    CountDownLatch waiting = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    AtomicInteger begun = new AtomicInteger();
    assertThatThrownBy(() ->
            WorkerPool.run(
                "test",
                2,
                jobs(1000),
                number ->
                    job -> {
                      begun.incrementAndGet();
                      if (job == 0) {
                        waiting.countDown();
                        awaitForever(interrupted);
                        throw new HoldfastException(ErrorCode.TERM, "interrupted");
                      }
                      awaitForever(waiting, null);
                      throw new HoldfastException(ErrorCode.FILE_READ, "the first");
                    }))
        .hasMessageContaining("the first");
    assertThat(interrupted.getCount()).isZero();
    assertThat(begun).hasValue(2);
  }

  private static void awaitForever(CountDownLatch latch, CountDownLatch interrupted) {
    try {
      if (!latch.await(50, TimeUnit.SECONDS)) {
        throw new AssertionError("it never came");
      }
    } catch (InterruptedException e) {
      if (interrupted != null) {
        interrupted.countDown();
      }
    }
  }

  /** Until the thread is interrupted, of which the latch tells. */
  private static void awaitForever(CountDownLatch interrupted) {
    awaitForever(new CountDownLatch(1), interrupted);
  }

  @Test
  void anInterruptedCallerEndsAllAndWaitsForThem() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch interrupted = new CountDownLatch(2);
    AtomicReference<HoldfastException> thrown = new AtomicReference<>();
    Thread caller =
        Thread.ofPlatform()
            .start(() -> {
              try {
                WorkerPool.run(
                    "test",
                    2,
                    jobs(10),
                    number ->
                        job -> {
                          begun.countDown();
                          awaitForever(interrupted);
                        });
              } catch (HoldfastException e) {
                // All have ended by now.
                assertThat(interrupted.getCount()).isZero();
                thrown.set(e);
              }
            });
    assertThat(begun.await(50, TimeUnit.SECONDS)).isTrue();
    caller.interrupt();
    caller.join();
    assertThat(thrown.get().code()).isEqualTo(ErrorCode.TERM);
  }

  @Test
  void anErrorWhileAWorkerIsMadeIsTheCallersToo() {
    assertThatThrownBy(() ->
            WorkerPool.run(
                "test",
                2,
                jobs(2),
                number -> {
                  throw new IllegalStateException("no buffer");
                }))
        .hasMessage("no buffer");
  }
}
