"""A worker whose own workflow calls Evergrant's messaging activities: python worker.py int_…"""

import asyncio
import os
import sys
import uuid
from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.worker import Worker

# Evergrant's worker runs these activities, with its token and its recovery.
EVERGRANT = {
    "task_queue": "evergrant-instagram",
    "start_to_close_timeout": timedelta(seconds=60),
    "heartbeat_timeout": timedelta(seconds=8),
    "schedule_to_close_timeout": timedelta(minutes=10),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)),
}


@workflow.defn
class AnswerTheLatest:
    """Answers who wrote last. Evergrant keeps texts encrypted; only references to them come back."""

    @workflow.run
    async def run(self, integration_id: str, text: str) -> str:
        account = await self.evergrant("getAccount", integrationId=integration_id)
        page = await self.evergrant("listConversations", integrationId=integration_id, limit=1)
        opened = await self.evergrant(
            "readPayload", integrationId=integration_id, payloadId=page["payloadId"]
        )
        [conversation] = opened["data"]
        [writer] = [one for one in conversation["participants"] if one["id"] != account["id"]]
        await self.evergrant(
            "sendMessage",
            integrationId=integration_id,
            recipientId=writer["id"],
            text=text,
            idempotencyKey=workflow.info().workflow_id,  # a repetition does not send again
        )
        return writer["username"]

    async def evergrant(self, activity: str, **argument: object) -> dict:
        return await workflow.execute_activity(activity, argument, **EVERGRANT)


async def main(integration_id: str) -> None:
    client = await Client.connect(
        os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"),
        namespace=os.environ.get("TEMPORAL_NAMESPACE", "default"),
    )
    queue = f"python-example-{uuid.uuid4()}"
    async with Worker(client, task_queue=queue, workflows=[AnswerTheLatest]):
        answered = await client.execute_workflow(
            AnswerTheLatest.run, args=[integration_id, "Thank you!"], id=queue, task_queue=queue
        )
    print(f"answered {answered}")
    # The SDK's threads may still hold on to Python, which crashes if it ends at this moment.
    await asyncio.sleep(0.1)


# Temporal loads this file again to run the workflow in isolation.
if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
