/**
 * What a load balancer asks of a node: the paths and status codes of Patroni's REST interface, so
 * that an HAProxy, a cloud's balancer or a Kubernetes probe that was set up for it goes on working.
 *
 * <p>It only looks, on a port of its own, at what the keeper saw last; nothing can be changed here.
 * Source of paths and codes: Patroni's documentation of its REST interface, "Health check
 * endpoints".
 */
@NullMarked
package dev.holdfast.ha.health;

import org.jspecify.annotations.NullMarked;
