package dev.penstock.tls;

/**
 * Hears what becomes of changed files. Calls come from the file watcher's thread, or from whoever calls {@link TlsContext#reload()}, one at a time and
 * in order, and must return quickly; what they throw is logged and goes no further.
 */
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
