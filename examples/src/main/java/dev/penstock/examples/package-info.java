/** The programs that README and docs quote. Each is compiled, and run against a real cluster by a test. */
@NullMarked
package dev.penstock.examples;

import org.jspecify.annotations.NullMarked;
