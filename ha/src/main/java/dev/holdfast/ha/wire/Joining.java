package dev.holdfast.ha.wire;

import dev.holdfast.domain.ServerAddress;

/**
 * A keeper without an identity asks for one.
 *
 * @param token its own choice, at random; the same token gets the same identity
 * @param name the node's name for people
 * @param endpoint where its PostgreSQL is, or will be
 * @param existing what it has in its data directory
 */
public record Joining(long token, String name, ServerAddress endpoint, Existing existing) {}
