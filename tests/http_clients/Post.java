import java.io.ByteArrayInputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;

/** Posts each file to a URL, and prints the status of each response, or "error". Arguments: MODE URL FILE... */
public class Post {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    public static void main(String[] arguments) {
        for (int number = 2; number < arguments.length; number++) {
            try {
                System.out.println(post(arguments[0], URI.create(arguments[1]), Files.readAllBytes(Path.of(arguments[number]))));
            } catch (Exception failed) {
                System.out.println("error");
            }
        }
        System.exit(0);
    }

    private static int post(String mode, URI url, byte[] body) throws Exception {
        switch (mode) {
            case "default":
                return send(CLIENT, HttpRequest.newBuilder(url), BodyPublishers.ofByteArray(body));
            case "stream":
                return send(CLIENT, HttpRequest.newBuilder(url), BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));
            case "expects to continue":
                return send(CLIENT, HttpRequest.newBuilder(url).expectContinue(true), BodyPublishers.ofByteArray(body));
            case "HTTP/1.1":
                HttpClient plain = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
                return send(plain, HttpRequest.newBuilder(url), BodyPublishers.ofByteArray(body));
            default:
                return sendByUrlConnection(url, body);
        }
    }

    private static int send(HttpClient client, HttpRequest.Builder request, BodyPublisher body) throws Exception {
        request.header("Authorization", "Bearer bearer-secret").header("Content-Type", "application/json").POST(body);
        return client.send(request.build(), BodyHandlers.discarding()).statusCode();
    }

    private static int sendByUrlConnection(URI url, byte[] body) throws Exception {
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setRequestProperty("Authorization", "Bearer bearer-secret");
        connection.setDoOutput(true);
        connection.getOutputStream().write(body);
        return connection.getResponseCode();
    }
}
