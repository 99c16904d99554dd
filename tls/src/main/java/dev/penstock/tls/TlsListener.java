package dev.penstock.tls;

/** Hears what becomes of changed files. Called on the file watcher's thread; be quick, throw nothing. */
public interface TlsListener {
    /**
     * New connections use this material from now on. Standing ones keep what they were made with: replace those whose
     * {@link TlsAttempt#generation()} is older, at a pace.
     *
     * @param generation the number of the material, counted from 1
     */
    default void reloaded(TlsMaterial material, long generation) {}

    /** The changed files cannot be used; the last good material stays. Tried again at the next change. */
    default void reloadFailed(TlsMaterialException failure) {}
}
