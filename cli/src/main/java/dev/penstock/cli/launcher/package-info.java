/**
 * What {@code ./penstock} does in a checkout before it can run the command: {@link dev.penstock.cli.launcher.Launcher} fetches the
 * libraries that {@code cli/libraries.txt} lists and compiles the sources. It is one file that needs the JDK alone, because
 * The script {@code penstock} compiles it alone when nothing else is there; the jar does not contain it.
 */
@NullMarked
package dev.penstock.cli.launcher;

import org.jspecify.annotations.NullMarked;
