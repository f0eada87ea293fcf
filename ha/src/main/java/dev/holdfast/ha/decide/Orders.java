package dev.holdfast.ha.decide;

/** What each node is to be told: a function of the state alone, so that it can be told again. */
final class Orders {
  private Orders() {}

  /** The order that brings about a node's goal. */
  static Order of(ClusterState state, NodeId id) {
    Node node = state.nodes().get(id);
    long epoch = state.epoch();
    if (node == null) {
      return new Order.Leave(epoch);
    }
    return switch (node.goal()) {
      case SINGLE, WAIT_PRIMARY, PRIMARY, APPLY_SETTINGS, PREPARE_PROMOTION -> {
        Grant grant = state.grant().orElseThrow();
        yield new Order.Lead(grant.epoch(), grant.timeline(), grant.version(), grant.intended());
      }
      case DRAINING, DEMOTE_TIMEOUT, DEMOTED, FENCED -> new Order.Stop(epoch);
      case WAIT_STANDBY, REPORT_LSN -> new Order.Freeze(epoch);
      case FAST_FORWARD ->
          state.course() instanceof Course.Election election && election.source().isPresent()
              ? new Order.Fetch(epoch, election.source().get())
              : new Order.Freeze(epoch);
      case RECOVERING ->
          state.course() instanceof Course.Election election && election.recovery().isPresent()
              ? new Order.Restore(epoch, election.recovery().get(), state.newestTimeline())
              : new Order.Freeze(epoch);
      case CATCHINGUP, JOIN_SECONDARY, SECONDARY, WAIT_MAINTENANCE, DROPPED -> followed(state);
      case MAINTENANCE -> new Order.Rest(epoch);
    };
  }

  /** Where nobody is known to lead there is nobody to follow. */
  private static Order followed(ClusterState state) {
    return switch (state.course()) {
      case Course.Steady steady ->
          new Order.Follow(state.epoch(), state.grant().orElseThrow().holder(), state.line());
      case Course.Handover handover ->
          new Order.Follow(state.epoch(), state.grant().orElseThrow().holder(), state.line());
      case Course.Forming forming -> new Order.Freeze(state.epoch());
      case Course.Election election -> new Order.Freeze(state.epoch());
      case Course.Promotion promotion -> new Order.Freeze(state.epoch());
    };
  }
}
