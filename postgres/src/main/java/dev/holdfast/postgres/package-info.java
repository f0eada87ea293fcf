/** One PostgreSQL cluster, live or stopped: control file, sessions, processes. */
@NullMarked
package dev.holdfast.postgres;

import org.jspecify.annotations.NullMarked;
