package example;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.common.RetryOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.ActivityStub;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/** A worker whose own workflow calls Evergrant's messaging activities: example.Worker int_… */
public class Worker {
  /** Evergrant's worker runs these activities, with its token and its recovery. */
  private static final ActivityOptions EVERGRANT = ActivityOptions.newBuilder()
      .setTaskQueue("evergrant-instagram")
      .setStartToCloseTimeout(Duration.ofSeconds(60))
      .setHeartbeatTimeout(Duration.ofSeconds(8))
      .setScheduleToCloseTimeout(Duration.ofMinutes(10))
      .setRetryOptions(RetryOptions.newBuilder()
          .setInitialInterval(Duration.ofSeconds(1))
          .setMaximumInterval(Duration.ofSeconds(30))
          .build())
      .build();

  // Answers have more fields, and may get new ones.
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Account(String username) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Page(String payloadId, int count) {}

  @WorkflowInterface
  public interface CountConversations {
    @WorkflowMethod
    String count(String integration);
  }

  /** Counts one page of conversations. Evergrant keeps texts encrypted: a reference to them comes back. */
  public static class CountConversationsWorkflow implements CountConversations {
    private final ActivityStub evergrant = Workflow.newUntypedActivityStub(EVERGRANT);

    @Override
    public String count(String integration) {
      var account = evergrant.execute("getAccount", Account.class, Map.of("integrationId", integration));
      var list = Map.of("integrationId", integration, "limit", 10);
      var page = evergrant.execute("listConversations", Page.class, list);
      return account.username() + " has " + page.count() + " conversation(s)";
    }
  }

  public static void main(String[] args) {
    var server = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
        .setTarget(System.getenv().getOrDefault("TEMPORAL_ADDRESS", "localhost:7233"))
        .build());
    var client = WorkflowClient.newInstance(server, WorkflowClientOptions.newBuilder()
        .setNamespace(System.getenv().getOrDefault("TEMPORAL_NAMESPACE", "default"))
        .build());
    String queue = "java-example-" + UUID.randomUUID();
    WorkerFactory workers = WorkerFactory.newInstance(client);
    workers.newWorker(queue).registerWorkflowImplementationTypes(CountConversationsWorkflow.class);
    workers.start();
    try {
      var options = WorkflowOptions.newBuilder().setWorkflowId(queue).setTaskQueue(queue).build();
      System.out.println(client.newWorkflowStub(CountConversations.class, options).count(args[0]));
    } finally {
      workers.shutdownNow();
      server.shutdownNow();
    }
  }
}
