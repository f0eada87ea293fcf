/**
 * What goes between the monitor, the keepers and the operators: JSON over HTTP/1.1, with TLS as
 * soon as it leaves a host ({@link dev.holdfast.ha.tls}).
 *
 * <pre>
 *   GET  /v1/clusters                                     names of the clusters
 *   POST /v1/clusters/NAME/nodes      {@link dev.holdfast.ha.wire.Joining}    {@link dev.holdfast.ha.wire.Welcome}
 *   POST /v1/clusters/NAME/reports    {@link dev.holdfast.ha.wire.Reporting}  {@link dev.holdfast.ha.wire.Directive}, or 204
 *   GET  /v1/clusters/NAME/orders?node=&amp;revision=&amp;wait=MS   Directive, or 204 after the wait
 *   POST /v1/clusters/NAME/requests   {@link dev.holdfast.ha.wire.Asking}     Command.Answer; with
 *                                     ?dry-run=1 the answer that it would get, and nothing is done
 *   POST /v1/clusters/NAME/testimonies {@link dev.holdfast.ha.wire.Testifying}, 204: from a keeper whose report
 *                                     was refused, because the monitor knows too little
 *   POST /v1/clusters/NAME/rebuilding?others-are-gone=0|1&amp;dry-run=0|1
 *                                     {}, {@link dev.holdfast.ha.decide.Command.Answer}: made anew from those
 *   GET  /v1/clusters/NAME            {@link dev.holdfast.ha.wire.ClusterView}
 *   GET  /v1/clusters/NAME/events?most=N   a list of {@link dev.holdfast.ha.wire.Event}
 *
 *   GET  /v1/monitor                  {@link dev.holdfast.ha.wire.MemberView}: the one that is asked, of several
 *   POST /v1/monitor/invitation       {@link dev.holdfast.ha.wire.Invitation}, 204: the leader to a newcomer
 *   GET  /v1/monitors                 {@link dev.holdfast.ha.wire.MonitorsView}
 *   POST /v1/monitors                 {@link dev.holdfast.ha.wire.NewMonitor}, MonitorsView when it is a member
 *   POST /v1/monitors/NAME/removal    {}, MonitorsView when it is none any more
 * </pre>
 *
 * <p>Every answer of a monitor has the header {@code Holdfast-Monitor}. An answer that is neither
 * 200 nor 204 has a {@link dev.holdfast.ha.wire.Refusal}. Of several monitors those that do not
 * decide refuse with 421, and name the one that does in {@code Holdfast-Leader} (HOST:PORT) if they
 * know it. Everything may be sent again: joins and requests have a token, reports a sequence.
 *
 * <p>The records are those of {@link dev.holdfast.ha.decide}, written by {@link
 * dev.holdfast.ha.wire.Json}. Versions may be mixed while a cluster is upgraded: a field that a
 * reader does not know is passed over, one that it misses is an error, so a field that is added has
 * to be written by the new and may be required only one version later.
 */
@NullMarked
package dev.holdfast.ha.wire;

import org.jspecify.annotations.NullMarked;
