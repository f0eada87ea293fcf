/**
 * The check verb: whether configuration, cluster and repositories fit each other, and whether WAL
 * arrives in every repository.
 */
@NullMarked
package dev.holdfast.engine.check;

import org.jspecify.annotations.NullMarked;
