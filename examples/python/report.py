"""Reports a refused call to Evergrant over Temporal and waits for the decision: python report.py int_… 5"""

import asyncio
import os
import sys
from datetime import timedelta

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy


async def main(integration_id: str, version: int) -> None:
    client = await Client.connect(
        os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"),
        namespace=os.environ.get("TEMPORAL_NAMESPACE", "default"),
    )
    report = {"version": version, "code": 190, "subcode": 463, "source": "python-example"}
    argument = {"integrationId": integration_id}
    # One lifecycle per integration. It is running; if not, it is started.
    lifecycle = {
        "id": f"token-lifecycle/{integration_id}",
        "task_queue": "evergrant",
        "id_conflict_policy": WorkflowIDConflictPolicy.USE_EXISTING,
        "task_timeout": timedelta(seconds=10),
    }

    # To report, and go on at once:
    handle = await client.start_workflow(
        "TokenLifecycle", argument, start_signal="tokenRejected", start_signal_args=[report], **lifecycle
    )

    # To report, and wait for the decision, 20 seconds at most:
    outcome = await client.execute_update_with_start_workflow(
        "recover",
        report,
        start_workflow_operation=WithStartWorkflowOperation("TokenLifecycle", argument, **lifecycle),
    )
    status = await handle.query("status")
    print(outcome, status["facts"]["state"], status["facts"]["version"])
    # The SDK's threads may still hold on to Python, which crashes if it ends at this moment.
    await asyncio.sleep(0.1)


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
