package dev.holdfast.ha.wire;

import dev.holdfast.ha.decide.Request;

/**
 * An operator asks.
 *
 * @param token chosen at random; asking again with the same one does nothing again
 * @param request what for
 */
public record Asking(long token, Request request) {}
