// Reports a refused call to Evergrant over Temporal and waits for the decision: go run ./report int_… 5
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
)

type rejection struct {
	Version int    `json:"version"`
	Code    int    `json:"code"`
	Subcode int    `json:"subcode"`
	Source  string `json:"source"`
}

type argument struct {
	IntegrationID string `json:"integrationId"`
}

func main() {
	integration := os.Args[1]
	version, err := strconv.Atoi(os.Args[2])
	check(err)
	ctx, cancel := context.WithTimeout(context.Background(), 25*time.Second)
	defer cancel()

	// The address and namespace are those of TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE.
	temporal, err := client.DialContext(ctx, client.Options{
		HostPort:  os.Getenv("TEMPORAL_ADDRESS"),
		Namespace: os.Getenv("TEMPORAL_NAMESPACE"),
	})
	check(err)
	defer temporal.Close()

	report := rejection{Version: version, Code: 190, Subcode: 463, Source: "go-example"}
	// One lifecycle per integration. It is running; if not, it is started.
	options := client.StartWorkflowOptions{
		ID:                       "token-lifecycle/" + integration,
		TaskQueue:                "evergrant",
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowTaskTimeout:      10 * time.Second,
	}

	// To report, and go on at once:
	_, err = temporal.SignalWithStartWorkflow(ctx, options.ID, "tokenRejected", report, options, "TokenLifecycle", argument{integration})
	check(err)

	// To report, and wait for the decision, 20 seconds at most:
	update, err := temporal.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: temporal.NewWithStartWorkflowOperation(options, "TokenLifecycle", argument{integration}),
		UpdateOptions: client.UpdateWorkflowOptions{
			WorkflowID: options.ID, UpdateName: "recover", Args: []any{report},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		},
	})
	check(err)
	var outcome string
	check(update.Get(ctx, &outcome))
	fmt.Println(outcome)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
