package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import java.util.Optional;

/** Another monitor decides, or nobody does at the moment. */
final class NotDeciding extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private final transient Optional<ServerAddress> leader;

  /** With the address of who does, as far as it is known. */
  NotDeciding(String reason, Optional<ServerAddress> leader) {
    super(
        ErrorCode.HOST_CONNECT,
        reason + leader.map(address -> ", ask " + address).orElse(""),
        "Name all monitors in option monitor, separated by commas. A majority of them has to run.");
    this.leader = leader;
  }

  Optional<ServerAddress> leader() {
    return leader;
  }
}
