/**
 * The {@code ./penstock} command: {@link dev.penstock.examples.command.Main} looks the first word up in its list of
 * {@link dev.penstock.examples.command.Command}s. One class per command; a new one is added to that list.
 */
@NullMarked
package dev.penstock.examples.command;

import org.jspecify.annotations.NullMarked;
