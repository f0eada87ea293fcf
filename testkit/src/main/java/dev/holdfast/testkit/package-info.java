/**
 * What tests share: real PostgreSQL clusters, the real pgBackRest, seeded randomness, a faulty
 * storage.
 *
 * <p>Tests may run as root, while PostgreSQL and pgBackRest must not: clusters live in a {@link
 * dev.holdfast.testkit.TestDirectory} that an unprivileged user owns, and both run as that user.
 */
@NullMarked
package dev.holdfast.testkit;

import org.jspecify.annotations.NullMarked;
