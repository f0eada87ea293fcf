package dev.holdfast.ha.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.HoldfastException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lease in memory and on disk; all that a keeper believes after a restart comes from there. */
class LeaseTest {
  private static final long SECOND = 1_000_000_000L;

  @TempDir private Path directory;
  private final AtomicLong clock = new AtomicLong(100 * SECOND);

  private LeaseFile file(String boot) {
    return new LeaseFile(directory.resolve("lease"), boot);
  }

  private Lease lease(String boot) {
    return new Lease(file(boot), clock::get);
  }

  @Test
  void theNextKeeperOfTheSameBootGoesOnUnderIt() {
    Lease before = lease("boot");
    before.granted(clock.get() - SECOND / 2, 3 * SECOND);
    before.guard();
    assertThat(lease("boot").left()).isEqualTo(before.left()).isEqualTo(5 * SECOND / 2);
    assertThat(lease("boot").isGuarded()).isTrue();

    before.granted(clock.get(), 3 * SECOND);
    assertThat(lease("boot").left()).isEqualTo(3 * SECOND);

    // The dead-man's time is an eighth of the lease before its end, in hundredths.
    assertThat(directory.resolve("lease"))
        .content()
        .matches("(1 leased boot 10000 10262 10300 +\n)\\1");
  }

  @Test
  void anotherBootsLeaseAndOneOfATimeToComeCountForNothing() {
    Lease before = lease("boot");
    before.granted(clock.get(), 3 * SECOND);
    before.guard();
    assertThat(lease("another").left()).isZero();
    assertThat(lease("another").isGuarded()).isFalse();
    // A container that was started again has the boot's identity, and an uptime of its own.
    clock.set(50 * SECOND);
    assertThat(lease("boot").left()).isZero();
  }

  @Test
  void whatWasReleasedOrIsHalfWrittenIsNotBelieved() throws Exception {
    Lease before = lease("boot");
    before.granted(clock.get(), 3 * SECOND);
    before.guard();
    Path path = directory.resolve("lease");
    String whole = Files.readString(path);
    Files.writeString(path, whole.replaceFirst("10300", "10900"));
    assertThat(lease("boot").left()).isZero();
    Files.writeString(path, whole.substring(0, whole.length() / 2));
    assertThat(lease("boot").left()).isZero();
    Files.writeString(path, "");
    assertThat(lease("boot").left()).isZero();
    Files.writeString(path, whole);
    assertThat(lease("boot").left()).isEqualTo(3 * SECOND);

    before.release();
    assertThat(lease("boot").left()).isZero();
    assertThat(path).content().contains("free").hasSize(whole.length());
  }

  @Test
  void whatCannotBeWrittenIsNotInForce() throws Exception {
    Lease lease = lease("boot");
    lease.granted(clock.get(), 3 * SECOND);
    lease.guard();
    Path path = directory.resolve("lease");
    Files.delete(path);
    Files.createDirectory(path);
    assertThatThrownBy(() -> lease.granted(clock.get() + SECOND, 3 * SECOND))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("the lease is not extended");
    assertThat(lease.left()).isEqualTo(3 * SECOND);
    Files.delete(path);
    lease.granted(clock.get() + SECOND, 3 * SECOND);
    assertThat(lease.left()).isEqualTo(4 * SECOND);
  }

  @Test
  void anAnswerThatComesLateDoesNotShortenIt() {
    Lease lease = lease("boot");
    lease.granted(clock.get(), 3 * SECOND);
    lease.granted(clock.get() - 2 * SECOND, 3 * SECOND);
    assertThat(lease.left()).isEqualTo(3 * SECOND);
    clock.addAndGet(4 * SECOND);
    assertThat(lease.left()).isEqualTo(-SECOND);
  }
}
