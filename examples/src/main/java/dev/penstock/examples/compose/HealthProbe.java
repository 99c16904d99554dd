package dev.penstock.examples.compose;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** What the container's health check runs: ends with 0 when the application says that it is well. Images with a JRE alone have no curl. */
public final class HealthProbe {
    private static final int LIMIT_MILLIS = 3000;

    private HealthProbe() {}

    public static void main(String[] arguments) throws IOException {
        HttpURLConnection health =
                (HttpURLConnection) URI.create("http://127.0.0.1:" + VisitsApplication.PORT + "/health")
                        .toURL()
                        .openConnection();
        health.setConnectTimeout(LIMIT_MILLIS);
        health.setReadTimeout(LIMIT_MILLIS);
        System.exit(health.getResponseCode() == HttpURLConnection.HTTP_OK ? 0 : 1);
    }
}
