package dev.penstock.tls;

import java.util.List;
import java.util.stream.Collectors;

/** A {@link TlsConfig} that contradicts itself, or the policy that holds here ({@link TlsPolicy}). Carries every fault, not the first. */
public final class InvalidTlsConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<Fault> faults;

    InvalidTlsConfigException(List<Fault> faults) {
        super(faults.stream().map(Fault::toString).collect(Collectors.joining("; ")));
        this.faults = List.copyOf(faults);
    }

    /** All faults, in the order of the configuration's components. Empty after serialization. */
    public List<Fault> faults() {
        return faults == null ? List.of() : faults;
    }

    /**
     * One fault.
     *
     * @param path the configuration key, such as {@code tls.ca}; of a mistake in a policy file its place
     * @param rule what is wrong
     * @param remedy what to do
     */
    public record Fault(String path, String rule, String remedy) {
        @Override
        public String toString() {
            return path + ": " + rule + " (" + remedy + ")";
        }
    }
}
