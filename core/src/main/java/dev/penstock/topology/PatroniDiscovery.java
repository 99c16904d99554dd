package dev.penstock.topology;

import dev.penstock.tls.ServerText;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks Patroni's REST API who belongs to the cluster: {@code GET /cluster} of the first URL that answers, beginning with the one
 * that answered last. Any member's Patroni knows all members, and a Patroni that cannot reach its store does not answer.
 *
 * <p>Not {@code GET /replica?lag=…}, which answers for one server alone, about bytes instead of time, and with a primary position
 * that is up to {@code loop_wait} old (docs/topology.md).
 */
final class PatroniDiscovery implements Discovery {
    private final List<Patroni> known;
    private int answeredLast;

    private record Patroni(String shown, BoundedRequest cluster) {}

    /**
     * @param urls where the REST API is, with {@code http} or {@code https}, as {@code http://db-1:8008}
     * @param tls who is trusted with https; null for the JVM's own trust store. Host names are verified in any case
     * @throws IllegalArgumentException when there is none, or one is no such URL; one with a password is refused, unshown
     */
    PatroniDiscovery(List<URI> urls, @Nullable SSLSocketFactory tls) {
        if (urls.isEmpty()) {
            throw new IllegalArgumentException("No URL of a Patroni is given");
        }
        this.known = urls.stream()
                .map(url -> {
                    URI cluster = cluster(url);
                    return new Patroni(cluster.toString(), new BoundedRequest(cluster, tls));
                })
                .toList();
    }

    private static URI cluster(URI base) {
        String authority = String.valueOf(base.getRawAuthority());
        if (authority.contains("@")) {
            throw new IllegalArgumentException("The URL of a Patroni must not have a user or password in it");
        }
        String scheme = String.valueOf(base.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.matches("https?") || base.getHost() == null) {
            throw new IllegalArgumentException("Not the URL of a Patroni: write http://host:8008 or https://host:8008");
        }
        if (base.getRawQuery() != null || base.getRawFragment() != null) {
            throw new IllegalArgumentException("The URL of a Patroni ends before '?' and '#'");
        }
        String path = base.getRawPath().replaceAll("/+$", "");
        return URI.create(scheme + "://" + authority + path + "/cluster");
    }

    @Override
    public List<Member> look(Duration limit) throws IOException {
        long deadline = System.nanoTime() + limit.toNanos();
        List<IOException> failures = new ArrayList<>();
        for (int i = 0; i < known.size(); i++) {
            int asked = (answeredLast + i) % known.size();
            // An equal part of what is left: the one that is silent must leave time for the others.
            Duration part = Duration.ofNanos(deadline - System.nanoTime()).dividedBy(known.size() - i);
            try {
                List<Member> members = ask(known.get(asked), part);
                answeredLast = asked;
                return members;
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                failures.add(e);
            }
        }
        throw nobodyKnows(failures);
    }

    private static IOException nobodyKnows(List<IOException> failures) {
        IOException all = new IOException("No Patroni says who belongs to the cluster:\n  "
                + failures.stream().map(ServerText::of).collect(Collectors.joining("\n  ")));
        failures.forEach(all::addSuppressed);
        return all;
    }

    private static List<Member> ask(Patroni patroni, Duration limit) throws IOException {
        String answer = patroni.cluster().answer(limit);
        try {
            return PatroniAnswer.members(answer);
        } catch (IOException e) {
            throw new IOException(patroni.shown() + ": " + ServerText.of(e), e);
        }
    }
}
