/** JMH, and the side-by-side runs against pgBackRest, pg_auto_failover and Patroni. */
@NullMarked
package dev.holdfast.benchmarks;

import org.jspecify.annotations.NullMarked;
