// A worker whose own workflow calls Evergrant's messaging activities: go run ./worker int_…
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Evergrant's worker runs these activities, with its token and its recovery.
var evergrant = workflow.ActivityOptions{
	TaskQueue:              "evergrant-instagram",
	StartToCloseTimeout:    60 * time.Second,
	HeartbeatTimeout:       8 * time.Second,
	ScheduleToCloseTimeout: 10 * time.Minute,
	RetryPolicy:            &temporal.RetryPolicy{InitialInterval: time.Second, MaximumInterval: 30 * time.Second},
}

type input map[string]any

// CountConversations opens one page of conversations. Evergrant keeps texts encrypted: a reference to them comes back.
func CountConversations(ctx workflow.Context, integration string) (string, error) {
	ctx = workflow.WithActivityOptions(ctx, evergrant)
	var account struct {
		Username string `json:"username"`
	}
	if err := workflow.ExecuteActivity(ctx, "getAccount", input{"integrationId": integration}).Get(ctx, &account); err != nil {
		return "", err
	}
	var page struct {
		PayloadID string `json:"payloadId"`
		Count     int    `json:"count"`
	}
	list := input{"integrationId": integration, "limit": 10}
	if err := workflow.ExecuteActivity(ctx, "listConversations", list).Get(ctx, &page); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s has %d conversation(s)", account.Username, page.Count), nil
}

func main() {
	c, err := client.Dial(client.Options{
		HostPort:  os.Getenv("TEMPORAL_ADDRESS"),
		Namespace: os.Getenv("TEMPORAL_NAMESPACE"),
	})
	check(err)
	defer c.Close()

	queue := fmt.Sprintf("go-example-%d", time.Now().UnixNano())
	w := worker.New(c, queue, worker.Options{})
	w.RegisterWorkflow(CountConversations)
	check(w.Start())
	defer w.Stop()

	options := client.StartWorkflowOptions{ID: queue, TaskQueue: queue}
	run, err := c.ExecuteWorkflow(context.Background(), options, CountConversations, os.Args[1])
	check(err)
	var result string
	check(run.Get(context.Background(), &result))
	fmt.Println(result)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
