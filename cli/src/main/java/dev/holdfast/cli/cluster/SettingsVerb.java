package dev.holdfast.cli.cluster;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ByteCount;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.decide.Settings;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.Json;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Shows or changes the settings of a cluster. */
final class SettingsVerb implements Verb {
  @Override
  public String name() {
    return "settings";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    try (OperatorSession session = OperatorSession.of(context)) {
      ClusterView view = session.view();
      Optional<Settings> changed = changed(options, view.settings());
      if (changed.isPresent()) {
        session.ask(view, new Request.Set(changed.get()));
      } else if (options.string("output").equals("json")) {
        session.say(Json.pretty(view.settings()));
      } else {
        context.out().print(text(view.settings()));
      }
      return 0;
    }
  }

  /** Empty where no option asks for a change. */
  private static Optional<Settings> changed(Options options, Settings settings) {
    Optional<Boolean> synchronous = options.optionalFlag("synchronous");
    Optional<Boolean> strict = options.optionalFlag("strict");
    OptionalInt number = options.optionalInteger("number-sync-standbys");
    OptionalLong budget = options.optionalBytes("loss-budget");
    OptionalLong slots = options.optionalBytes("slot-wal-keep-size");
    Optional<Duration> lease = options.optionalDuration("lease");
    Optional<Settings.Profile> profile =
        options
            .optional("profile")
            .map(name -> Settings.Profile.valueOf(name.toUpperCase(Locale.ROOT)));
    if (synchronous.isEmpty()
        && strict.isEmpty()
        && number.isEmpty()
        && budget.isEmpty()
        && slots.isEmpty()
        && lease.isEmpty()
        && profile.isEmpty()) {
      return Optional.empty();
    }
    Settings quick = profile.map(settings::withProfile).orElse(settings);
    return Optional.of(
        quick
            .withLease(lease.map(time -> refuseShort(time, quick)).orElse(quick.lease()))
            .withSynchronous(synchronous.orElse(settings.synchronous()))
            .withStrict(strict.orElse(settings.strict()))
            .withNumberSyncStandbys(number.orElse(settings.numberSyncStandbys()))
            .withLossBudget(budget.orElse(settings.lossBudget()))
            .withSlotWalKeepSize(slots.orElse(settings.slotWalKeepSize())));
  }

  private static Duration refuseShort(Duration lease, Settings settings) {
    Duration least = settings.heartbeat().multipliedBy(2);
    if (lease.compareTo(least) < 0) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "a lease of %d ms is shorter than two heartbeats of %d ms"
              .formatted(lease.toMillis(), settings.heartbeat().toMillis()),
          "One report that is late would end it; --profile=fast has a shorter heartbeat.");
    }
    return lease;
  }

  private static String text(Settings settings) {
    return """
    synchronous           %s
    number-sync-standbys  %d
    strict                %s
    loss-budget           %s
    lease                 %s
    slot-wal-keep-size    %s
    profile               %s
    """
        .formatted(
            settings.synchronous() ? "y" : "n",
            settings.numberSyncStandbys(),
            settings.strict() ? "y" : "n",
            new ByteCount(settings.lossBudget()),
            seconds(settings.lease()),
            new ByteCount(settings.slotWalKeepSize()),
            settings
                .profile()
                .map(profile -> profile.name().toLowerCase(Locale.ROOT))
                .orElse("other"));
  }

  /** {@code 3s}, {@code 2.5s}, as the option takes it. */
  private static String seconds(Duration time) {
    return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString() + "s";
  }
}
