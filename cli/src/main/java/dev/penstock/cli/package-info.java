/**
 * The {@code penstock} command: {@link dev.penstock.cli.Main} looks the first word up in its list of
 * {@link dev.penstock.cli.Command}s. One class per command; a new one is added to that list.
 */
@NullMarked
package dev.penstock.cli;

import org.jspecify.annotations.NullMarked;
