/** What tests share: real PostgreSQL clusters, seeded randomness, a faulty storage. */
@NullMarked
package dev.holdfast.testkit;

import org.jspecify.annotations.NullMarked;
