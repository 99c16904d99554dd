/**
 * What we tell the outside while running: states, snapshots, events and the exceptions a caller may want to look into.
 * In: facts from every other stage. Out: immutable values and calls of {@link dev.penstock.observe.DatabaseListener}.
 */
@NullMarked
package dev.penstock.observe;

import org.jspecify.annotations.NullMarked;
