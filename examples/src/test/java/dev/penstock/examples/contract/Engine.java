package dev.penstock.examples.contract;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.PullResponseItem;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;

/** The container engine that Testcontainers finds. What it cannot do is an error: a profile that was asked for is not skipped. */
final class Engine {
    private static final long PULL_MINUTES = 5;

    private final DockerClient client;

    private Engine(DockerClient client) {
        this.client = client;
    }

    /** @throws IllegalStateException when there is none, with the remedy */
    static Engine find() {
        try {
            return new Engine(DockerClientFactory.instance().client());
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "-Pcontainers needs a container engine and found none that works: start Docker, or set DOCKER_HOST to the"
                            + " socket of another engine, such as podman's. Where testcontainers/ryuk cannot be pulled, set"
                            + " TESTCONTAINERS_RYUK_DISABLED=true.",
                    e);
        }
    }

    DockerClient client() {
        return client;
    }

    /**
     * Returns when the image is here.
     *
     * @param property names it, for the message
     * @throws IllegalStateException when it is not and cannot be had, with the remedy
     */
    void require(String image, String property) throws InterruptedException {
        try {
            client.inspectImageCmd(image).exec();
        } catch (NotFoundException notHere) {
            pull(image, property);
        }
    }

    private void pull(String image, String property) throws InterruptedException {
        Pull pull = client.pullImageCmd(image).exec(new Pull());
        try {
            pull.awaitCompletion(PULL_MINUTES, TimeUnit.MINUTES);
            client.inspectImageCmd(image).exec();
        } catch (DockerException e) {
            throw new IllegalStateException(
                    "-Pcontainers needs the image " + image + ", which is not on this machine and cannot be pulled: "
                            + Objects.requireNonNullElse(pull.error, e.getMessage()) + ". Name another one with -D"
                            + property
                            + "=…",
                    e);
        }
    }

    /** Keeps what the engine says went wrong; docker-java's own reads what podman says as a success, or not at all. */
    private static final class Pull extends ResultCallback.Adapter<PullResponseItem> {
        private volatile String error;

        @Override
        @SuppressWarnings("deprecation")
        public void onNext(PullResponseItem item) {
            if (item.getError() != null) {
                error = item.getError();
            }
        }
    }

    /** Builds what {@code service} says, and tags it {@code tag}. */
    void build(ComposeService service, String tag) {
        Map<String, Object> build = service.build();
        var context = service.file().path(build.get("context").toString());
        var command = client.buildImageCmd()
                .withBaseDirectory(context.toFile())
                .withDockerfile(
                        context.resolve(build.get("dockerfile").toString()).toFile())
                .withTags(Set.of(tag));
        ComposeFile.map(build.get("args")).forEach((name, value) -> command.withBuildArg(name, value.toString()));
        command.exec(new BuildImageResultCallback()).awaitImageId();
    }
}
