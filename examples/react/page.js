import { createElement as h, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { useEvergrant } from './useEvergrant.js';

const { evergrant } = document.documentElement.dataset;

function Inbox({ integrationId }) {
  const [conversations, setConversations] = useState([]);
  useEffect(() => {
    fetch(`/api/conversations/${integrationId}`)
      .then((answer) => (answer.ok ? answer.json() : { data: [] }))
      .then(
        ({ data }) => setConversations(data),
        () => setConversations([]),
      );
  }, [integrationId]);
  return h(
    'ul',
    null,
    conversations.map(({ id, participants }) =>
      h('li', { key: id }, participants.map(({ username }) => `@${username}`).join(', ')),
    ),
  );
}

/** What to say in place of the inbox: a token that is being checked is not lost. */
const STATES = {
  pending: 'Not connected yet',
  recovering: 'Checking the connection …',
  expired: 'Reconnect needed',
};

function Page() {
  const { banner, connections, refreshFailed, expired, dismiss } = useEvergrant(evergrant);
  return h(
    'main',
    null,
    banner,
    h('h1', null, 'Inbox'),
    connections.map(({ id, account, state, usable }) =>
      h(
        'section',
        { key: id },
        h('h2', null, `@${account?.username ?? account}`),
        usable ? h(Inbox, { integrationId: id }) : h('p', null, STATES[state] ?? 'Not connected'),
      ),
    ),
    refreshFailed &&
      h('p', { role: 'status' }, refreshFailed.text, ' ', h('button', { onClick: dismiss }, 'Close')),
    expired &&
      h('p', { role: 'alert' }, expired.text, ' ', h('a', { href: expired.reconnectUrl }, 'Reconnect')),
  );
}

createRoot(document.getElementById('page')).render(h(Page));
