/**
 * One physical connection to one node. In: configuration, the current password, the TLS context. Out: a
 * {@link dev.penstock.connect.NodeConnection} that was opened within its deadline, or an exception that says what was
 * wrong and how to mend it. {@link dev.penstock.connect.Node} is where pools and topology meet: they share its state and
 * know nothing of each other.
 */
@NullMarked
package dev.penstock.connect;

import org.jspecify.annotations.NullMarked;
