package dev.penstock.config;

/** How the servers of the cluster are found. Whatever the method, what each of them is, it is asked itself. */
public enum DiscoveryMethod {
    /** They are the configured ones. */
    STATIC,
    /** Each configured name stands for every address that it resolves to, such as a headless service of Kubernetes. */
    DNS,
    /** Patroni's REST API knows them; the configured ones are where it begins. */
    PATRONI
}
