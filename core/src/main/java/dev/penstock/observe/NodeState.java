package dev.penstock.observe;

/** What is believed of one node. */
public enum NodeState {
    /** Not asked yet. */
    UNKNOWN,
    /** It answered the last probe. */
    UP,
    /** It has not answered for half a second, and a fresh session is being tried; it still serves what it has. */
    SUSPECT,
    /** It refuses connections, is stopping, or answers no fresh session either; nothing is sent to it. */
    DOWN,
    /** It is writable, but on an older timeline than another node, or of another cluster; nothing is sent to it. */
    FENCED;

    /** Whether work may be sent to the node. */
    public boolean serves() {
        return this == UP || this == SUSPECT;
    }
}
