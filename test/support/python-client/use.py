"""What a Python service does with a client that openapi-python-client made of docs/openapi.json."""

import json
import sys

from evergrant_api import AuthenticatedClient
from evergrant_api.api.integrations import list_integrations
from evergrant_api.api.messages import list_conversations, list_messages, send_message
from evergrant_api.api.tokens import get_token
from evergrant_api.models import ListIntegrationsState, NewMessage, Problem

url, key = sys.argv[1:]
with AuthenticatedClient(base_url=url, token=key) as client:
    page = list_integrations.sync(client=client, state=ListIntegrationsState.ACTIVE)
    [integration] = page.data
    token = get_token.sync(integration.id, client=client)
    [conversation] = list_conversations.sync(integration.id, client=client).data
    [message] = list_messages.sync(integration.id, conversation.id, client=client).data
    sent = send_message.sync(
        integration.id,
        client=client,
        body=NewMessage(recipient_id=message.from_.id, text="Yes, it is."),
        idempotency_key="reply-1",
    )
    missing = get_token.sync("int_none", client=client)
    assert isinstance(missing, Problem)
    print(
        json.dumps(
            {
                "username": integration.account.username,
                "expires": token.expires_at.isoformat() == integration.expires_at.isoformat(),
                "accessToken": token.access_token,
                "text": message.text,
                "messageId": sent.message_id,
                "missing": missing.code,
            }
        )
    )
