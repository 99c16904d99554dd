package dev.penstock.routing;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.runtime.ObjectMethods;
import java.util.List;

/**
 * Lets go of our records in the JDK. JDK 17 remembers, for {@code equals}, {@code hashCode} and {@code toString} of records, the class for which it
 * linked the method last, and through that class the loader of an application that was undeployed. Linking the methods for a class of the JDK puts
 * that one there instead.
 */
final class LinkedRecords {
    private static final List<String> METHODS = List.of("equals", "hashCode", "toString");

    private LinkedRecords() {}

    static void forget() {
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            MethodHandle component = lookup.findVirtual(String.class, "strip", MethodType.methodType(String.class));
            for (String method : METHODS) {
                ObjectMethods.bootstrap(lookup, method, MethodHandle.class, String.class, "text", component);
            }
        } catch (Throwable e) {
            // Another JDK may refuse a class that is no record. What it keeps is memory, until the next record is
            // linked.
            RoutingLog.LOG.debug("The JDK may remember a record of ours", e);
        }
    }
}
