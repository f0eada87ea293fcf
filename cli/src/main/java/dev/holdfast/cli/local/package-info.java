/**
 * A cluster on this host for people who want to see one: a monitor and two keepers, each a process
 * of this very program, with the embedded PostgreSQL 18. The demonstration makes one for itself;
 * {@code up} leaves one running in a directory, and {@code down} ends it.
 *
 * <pre>
 *   DIRECTORY/                  mode 0700: whoever may enter it is a superuser of the cluster
 *     holdfast-up               that it is ours, and the ports; written first, removed last
 *     holdfast.conf             for operators' verbs
 *     monitor.conf n1.conf n2.conf
 *     bin/                      the program as the cluster's user runs it
 *     log/                      what monitor and keepers say
 *     monitor/                  the monitor's state
 *     n1/data n1/keeper         the first node: PostgreSQL's data directory, the keeper's state
 *     n2/data n2/keeper         the second
 *     .s.PGSQL.PORT             the sockets of both
 * </pre>
 *
 * <p>A process is known by the configuration file in its arguments, and nothing is remembered about
 * it: {@code up} starts those that are not there, whatever ended them, and {@code down} ends those
 * that are.
 */
@NullMarked
package dev.holdfast.cli.local;

import org.jspecify.annotations.NullMarked;
