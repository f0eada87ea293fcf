package dev.holdfast.ha.monitor;

/** Of a monitor by itself, whose state directory nobody else has. */
record SoleAuthority(Clusters clusters) implements Authority {
  @Override
  public void confirm(Clusters told) {}
}
