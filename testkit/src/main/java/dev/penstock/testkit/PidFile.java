package dev.penstock.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a server says of itself in {@code postmaster.pid} (lines as in {@code miscadmin.h}). Reading it costs the server
 * nothing and leaves no failed connection in its log, so it is what we poll for readiness.
 *
 * @param pid the postmaster
 * @param sharedMemory key and id of its System V segment, empty until it has one
 * @param status "starting", "standby" (no sessions yet), "ready", "stopping"
 */
record PidFile(long pid, String sharedMemory, String status) {
    private static final int SHARED_MEMORY_LINE = 6;
    private static final int STATUS_LINE = 7;

    static Optional<PidFile> read(Path dataDirectory) {
        try {
            List<String> lines = Files.readAllLines(dataDirectory.resolve("postmaster.pid"));
            return lines.isEmpty() || lines.get(0).isBlank()
                    ? Optional.empty()
                    : Optional.of(new PidFile(
                            Long.parseLong(lines.get(0).strip()),
                            line(lines, SHARED_MEMORY_LINE),
                            line(lines, STATUS_LINE)));
        } catch (NoSuchFileException notStarted) {
            return Optional.empty();
        } catch (IOException e) {
            throw new PostgresClusterException("cannot read postmaster.pid in " + dataDirectory, e);
        }
    }

    private static String line(List<String> lines, int index) {
        return index < lines.size() ? lines.get(index).strip() : "";
    }

    boolean isReady() {
        return status.equals("ready");
    }

    /**
     * Removes the System V segment which a killed postmaster could not; macOS has few of them. Only when key and id both
     * belong together in the kernel's list and the segment is not in use (then {@code ipcrm} only marks it).
     */
    void releaseSharedMemory() {
        String[] keyAndId = sharedMemory.split("\\s+");
        if (keyAndId.length != 2) {
            return;
        }
        String key = String.format("0x%08x", Long.parseLong(keyAndId[0]));
        boolean listed = Command.run("ipcs", "-m")
                .output()
                .lines()
                .map(line -> List.of(line.strip().split("\\s+")))
                .anyMatch(words -> words.contains(key) && words.contains(keyAndId[1]));
        if (listed) {
            Command.run("ipcrm", "-m", keyAndId[1]);
        }
    }
}
