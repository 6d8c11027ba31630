package example;

import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Reports a refused call to Evergrant over Temporal and waits for the decision: example.Report int_… 5 */
public class Report {
  record Rejection(int version, int code, int subcode, String source) {}

  public static void main(String[] args) throws Exception {
    String integration = args[0];
    Object[] report = {new Rejection(Integer.parseInt(args[1]), 190, 463, "java-example")};
    Object[] argument = {Map.of("integrationId", integration)};
    // One lifecycle per integration. It is running; if not, it is started.
    var lifecycle = WorkflowOptions.newBuilder()
        .setWorkflowId("token-lifecycle/" + integration)
        .setTaskQueue("evergrant")
        .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
        .setWorkflowTaskTimeout(Duration.ofSeconds(10))
        .build();

    var server = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
        .setTarget(System.getenv().getOrDefault("TEMPORAL_ADDRESS", "localhost:7233"))
        .build());
    try {
      var client = WorkflowClient.newInstance(server, WorkflowClientOptions.newBuilder()
          .setNamespace(System.getenv().getOrDefault("TEMPORAL_NAMESPACE", "default"))
          .build());

      // To report, and go on at once:
      client.newUntypedWorkflowStub("TokenLifecycle", lifecycle)
          .signalWithStart("tokenRejected", report, argument);

      // To report, and wait for the decision, 20 seconds at most:
      var recover = UpdateOptions.newBuilder(String.class)
          .setUpdateName("recover")
          .setWaitForStage(WorkflowUpdateStage.COMPLETED)
          .build();
      String outcome = client.newUntypedWorkflowStub("TokenLifecycle", lifecycle)
          .startUpdateWithStart(recover, report, argument)
          .getResult(25, TimeUnit.SECONDS);
      System.out.println(outcome);
    } finally {
      server.shutdownNow();
    }
  }
}
