import { createServer, type AddressInfo, type Server } from 'node:net';
import { freePorts, requireFreePorts } from '../../../dev/process/ports';
import { afterwards } from '../../support/temporary-folder';

async function takenPort(): Promise<number> {
  const server = await new Promise<Server>((resolve) => {
    const listening = createServer().listen(0, '127.0.0.1', () => resolve(listening));
  });
  afterwards(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('free ports pass', async () => {
  const [one, two] = await freePorts(2);
  const wanted = [one!, two!].map((port) => ({ port, setting: 'ANY', purpose: 'any' }));
  await expect(requireFreePorts(wanted)).resolves.toBeUndefined();
});

test('every taken port is named with its purpose and its setting, in one error', async () => {
  const [api, ui] = [await takenPort(), await takenPort()];
  const wanted = [
    { port: api, setting: 'EVERGRANT_HTTP_PORT', purpose: 'API' },
    { port: ui, setting: 'EVERGRANT_TEMPORAL_UI_PORT', purpose: 'Temporal Web UI' },
  ];
  await expect(requireFreePorts(wanted)).rejects.toThrow(
    `Port ${api} (API) on 127.0.0.1 is taken by another program: stop it, or set EVERGRANT_HTTP_PORT to a free port.\n` +
      `Port ${ui} (Temporal Web UI) on 127.0.0.1 is taken by another program: stop it, or set EVERGRANT_TEMPORAL_UI_PORT to a free port.`,
  );
});

test('two settings with one port are refused', async () => {
  const [port] = await freePorts(1);
  const wanted = [
    { port: port!, setting: 'EVERGRANT_HTTP_PORT', purpose: 'API' },
    { port: port!, setting: 'EVERGRANT_SIMULATOR_PORT', purpose: 'simulator' },
  ];
  await expect(requireFreePorts(wanted)).rejects.toThrow(
    /set twice, the second time by EVERGRANT_SIMULATOR_PORT/,
  );
});
