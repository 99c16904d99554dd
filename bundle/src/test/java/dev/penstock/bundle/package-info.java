/**
 * What is uploaded. In: the archive that the build has made, and the modules of the checkout. Out: what a repository, or
 * a user's build, would find wrong in it.
 */
@NullMarked
package dev.penstock.bundle;

import org.jspecify.annotations.NullMarked;
