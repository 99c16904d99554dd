package dev.penstock.tls;

/** A throwable of ours that carries its reason through the driver's cause chain. */
interface Reasoned {
    TlsReason reason();

    String remedy();
}
