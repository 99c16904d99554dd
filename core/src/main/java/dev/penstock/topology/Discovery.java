package dev.penstock.topology;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Who belongs to the cluster, as somebody else knows. Which of them is what, each is asked itself. Used by one thread. */
interface Discovery {
    /**
     * Looks once, within {@code limit}.
     *
     * @return everybody who belongs to the cluster now, each once
     * @throws IOException when nobody could say; what was known stays true
     */
    List<Member> look(Duration limit) throws IOException;
}
