package dev.holdfast.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class IdleMemoryTest {
  private final AtomicInteger collections = new AtomicInteger();
  private final IdleMemory memory = new IdleMemory(collections::incrementAndGet);

  private void rest(int looks) {
    for (int look = 0; look < looks; look++) {
      memory.look(false);
    }
  }

  @Test
  void collectsOnceAfterWork() {
    memory.look(true);
    rest(9);
    assertThat(collections).hasValue(0);
    rest(100);
    assertThat(collections).hasValue(1);
  }

  @Test
  void doesNotTakeAPauseForRest() {
    for (int segment = 0; segment < 5; segment++) {
      memory.look(true);
      rest(9);
    }
    assertThat(collections).hasValue(0);
  }

  @Test
  void leavesAnAgentAloneThatHasDoneNothing() {
    rest(100);
    assertThat(collections).hasValue(0);
  }
}
