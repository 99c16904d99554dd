package dev.penstock.topology;

import dev.penstock.config.Endpoint;
import dev.penstock.tls.ServerText;
import dev.penstock.violation.InvalidConfigException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.JsonSchema;

/**
 * What Patroni answers to {@code GET /cluster}, from 3.0 to 4.x: an object with {@code members}, each of which has {@code
 * host}, {@code port} and perhaps {@code tags}. All else is ignored: role, state, timeline and lag are as old as the
 * member's last report to its store (up to {@code loop_wait}), and each server is asked itself.
 */
final class PatroniAnswer {
    private PatroniAnswer() {}

    /**
     * Everybody with an address, whatever state Patroni last saw him in: one that is stopped or still copying does not answer
     * yet, and serves as soon as it does.
     *
     * @throws IOException when it is something else, or nobody has an address
     */
    static List<Member> members(String json) throws IOException {
        List<?> listed = list(object(parse(json), "the answer"), "members");
        Map<Endpoint, Member> found = new LinkedHashMap<>();
        for (Object one : listed) {
            Map<?, ?> member = object(one, "a member");
            Endpoint endpoint = endpoint(member);
            if (endpoint != null) {
                found.putIfAbsent(endpoint, new Member(endpoint, Optional.empty(), servesReads(member)));
            }
        }
        if (found.isEmpty()) {
            throw new IOException(listed.isEmpty() ? "knows no member" : "knows the address of no member");
        }
        return new ArrayList<>(found.values());
    }

    /** JSON is a part of YAML 1.2. The parser's own words are left out: they quote the text. */
    private static @Nullable Object parse(String json) throws IOException {
        LoadSettings settings = LoadSettings.builder()
                .setSchema(new JsonSchema())
                .setCodePointLimit(BoundedRequest.LARGEST)
                .setMaxAliasesForCollections(0)
                .build();
        try {
            return new Load(settings).loadFromString(json);
        } catch (MarkedYamlEngineException e) {
            throw new IOException(
                    "is not JSON"
                            + e.getProblemMark()
                                    .map(at ->
                                            " (line " + (at.getLine() + 1) + ", column " + (at.getColumn() + 1) + ")")
                                    .orElse(""),
                    e);
        } catch (YamlEngineException | StackOverflowError e) {
            // The parser descends by recursion: brackets by the ten thousand exhaust the stack, and it is free again
            // here.
            throw new IOException("is not JSON", e);
        }
    }

    private static Map<?, ?> object(@Nullable Object value, String what) throws IOException {
        if (value instanceof Map<?, ?> object) {
            return object;
        }
        throw new IOException(what + " is no JSON object");
    }

    private static List<?> list(Map<?, ?> object, String key) throws IOException {
        if (object.get(key) instanceof List<?> list) {
            return list;
        }
        throw new IOException("there is no list '" + key + "'");
    }

    /** Null for a member that has not reported its address yet. */
    private static @Nullable Endpoint endpoint(Map<?, ?> member) throws IOException {
        Object host = member.get("host");
        Object port = member.get("port");
        if (host == null || port == null) {
            return null;
        }
        if (!(host instanceof String name) || !(port instanceof Integer number)) {
            throw new IOException("host or port is of the wrong type for " + shown(member));
        }
        try {
            return new Endpoint(withoutBrackets(name), number);
        } catch (InvalidConfigException e) {
            throw new IOException("host and port are no address for " + shown(member), e);
        }
    }

    /** Never as it came: it goes to logs. */
    private static String shown(Map<?, ?> member) {
        String text = "member '" + member.get("name") + "', host '" + member.get("host") + "', port '"
                + member.get("port") + "'";
        return ServerText.inOneLine(text.substring(0, Math.min(text.length(), 200)));
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    /**
     * The operator's tag {@code noloadbalance}, which takes a replica out of Patroni's own {@code GET /replica} too; any value
     * but false, zero or nothing sets it, as there. A {@code standby_leader} is a replica of another cluster and serves reads
     * like its followers: its own {@code GET /read-only} says so, and a standby cluster of one node could not be read else.
     */
    private static boolean servesReads(Map<?, ?> member) throws IOException {
        Object tags = member.get("tags");
        Object tag = tags == null ? null : object(tags, "'tags' of a member").get("noloadbalance");
        return tag == null
                || tag.equals(false)
                || tag.equals("")
                || (tag instanceof Number number && number.doubleValue() == 0);
    }
}
