import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOutgoing } from '../../adapters/outgoing/post';
import { sendSigned } from '../../adapters/outgoing/send-signed';
import { OUTGOING_CODES } from '../../adapters/outgoing/failure';
import { cloudEvent } from '../../core/deliveries/cloud-event';
import { Secret } from '../../core/access/secret';
import { until } from '../support/until';

const root = join(__dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'webhooks.md'), 'utf8');
const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

test('the example of docs/webhooks.md takes what we sign, and refuses what others do', async () => {
  const [, example = ''] = /```js\n(.*?)```/s.exec(page) ?? [];
  const program = example.replace('.listen(8080)', ".listen(0, '127.0.0.1', function () { console.log(this.address().port); })");
  expect(program).not.toBe(example);
  const receiver = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    env: { ...process.env, EVERGRANT_WEBHOOK_SECRET: secret },
  });
  try {
    let output = '';
    receiver.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    receiver.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const port = await until(() => /^\d+/.exec(output)?.[0]);
    const event = cloudEvent('https://evergrant.example.com', {
      id: 'evt_1',
      type: 'evergrant.test',
      subject: 'whe_1',
      at: 0,
      data: { name: 'Zoë' },
    });
    const send = (key: string) =>
      sendSigned(
        createOutgoing({ development: true }),
        { url: `http://127.0.0.1:${port}/`, secrets: [new Secret(key)] },
        event,
      );
    expect((await send(`whsec_${Buffer.alloc(32, 2).toString('base64')}`)).status).toBe(401);
    expect((await send(secret)).status).toBe(204);
    await until(() => output.includes("evergrant.test whe_1 { name: 'Zoë' }"));
  } finally {
    receiver.kill();
  }
});

test('docs/webhooks.md explains every way in which a request can fail', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| /gm)].map(([, code]) => code);
  expect(rows.sort()).toEqual([...OUTGOING_CODES].sort());
});
