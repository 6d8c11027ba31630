package example;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/** Calls Instagram with a token of Evergrant's over HTTP: example.Profile int_… */
public class Profile {
  private static final Map<String, String> SETTINGS = System.getenv();
  private static final HttpClient WEB = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Only the account's owner can help: show them the link. */
  static class ReconnectRequired extends IOException {
    ReconnectRequired(JsonNode answer) {
      super("reconnect at " + answer.path("reconnectUrl").asText());
    }
  }

  public static void main(String[] args) throws Exception {
    System.out.println(profile(args[0], true).path("username").asText());
  }

  static JsonNode profile(String integration, boolean mayRepeat) throws Exception {
    JsonNode token = evergrant(integration + "/token", null);
    String query = "?fields=username&access_token=" + token.path("accessToken").asText();
    String instagram = SETTINGS.getOrDefault("INSTAGRAM_GRAPH_URL", "https://graph.instagram.com");
    var response = send(HttpRequest.newBuilder(URI.create(instagram + "/v25.0/me" + query)));
    JsonNode answer = JSON.readTree(response.body());
    if (response.statusCode() < 400) return answer;
    JsonNode refusal = answer.path("error");
    int code = refusal.path("code").asInt();
    if ((code != 190 && code != 102) || !mayRepeat)
      throw new IOException("Instagram refused the call: " + refusal.path("message").asText());

    // The token was refused. What becomes of it?
    var report = JSON.createObjectNode().put("version", token.path("version").asInt()).put("code", code);
    if (refusal.has("error_subcode")) report.put("subcode", refusal.path("error_subcode").asInt());
    JsonNode decision = evergrant(integration + "/token-rejections", report);
    switch (decision.path("outcome").asText()) {
      case "expired" -> throw new ReconnectRequired(decision.path("integration"));
      case "undecided" ->
        throw new IOException("not decided yet: try again in " + decision.path("retryAfterSeconds") + " s");
      default -> {
        return profile(integration, false);
      }
    }
  }

  /** A GET; with a body a POST. */
  static JsonNode evergrant(String path, JsonNode body) throws Exception {
    String url = SETTINGS.getOrDefault("EVERGRANT_URL", "http://127.0.0.1:3000");
    var request = HttpRequest.newBuilder(URI.create(url + "/v1/integrations/" + path))
        .header("authorization", "Bearer " + SETTINGS.get("EVERGRANT_API_KEY"));
    if (body != null)
      request.header("content-type", "application/json").POST(BodyPublishers.ofString(body.toString()));
    var response = send(request);
    JsonNode answer = JSON.readTree(response.body());
    if (response.statusCode() < 400) return answer;
    if (answer.path("code").asText().equals("reconnect_required")) throw new ReconnectRequired(answer);
    throw new IOException(answer.path("code").asText() + ": " + answer.path("detail").asText());
  }

  /** Evergrant itself waits up to 20 seconds for a decision. */
  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return WEB.send(request.timeout(Duration.ofSeconds(25)).build(), BodyHandlers.ofString());
  }
}
