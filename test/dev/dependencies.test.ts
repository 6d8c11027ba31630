import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { judge } from '../../dev/dependencies/advisories';
import { fetchAdvisories } from '../../dev/dependencies/fetch-advisories';
import { type KnownAdvisories, judgeByList, shipped } from '../../dev/dependencies/known-advisories';
import { licenceProblems } from '../../dev/dependencies/licences';

describe('licences of what production ships', () => {
  test('are fine when one of those offered is', () => {
    const packages = {
      '': {},
      'node_modules/a': { license: 'MIT' },
      'node_modules/b': { license: '(GPL-3.0 OR Apache-2.0)' },
      'node_modules/c': { license: 'Apache-2.0 AND MIT' },
      'node_modules/tool': { dev: true, license: 'GPL-3.0' },
    };
    expect(licenceProblems(packages)).toEqual([]);
  });

  test('are reported when they differ or are missing', () => {
    const packages = {
      'node_modules/x/node_modules/@y/z': { license: 'AGPL-3.0' },
      'node_modules/both': { license: 'MIT AND GPL-2.0' },
      'node_modules/bare': {},
    };
    expect(licenceProblems(packages)).toEqual([
      '@y/z: AGPL-3.0',
      'both: MIT AND GPL-2.0',
      'bare: no licence',
    ]);
  });
});

describe('advisories', () => {
  const url = 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc';
  const report = {
    vulnerabilities: {
      axios: { severity: 'high', via: [{ url, title: 'Leaks' }] },
      wrapper: { severity: 'high', via: ['axios'] },
    },
  };
  const accepted = [{ id: 'GHSA-aaaa-bbbb-cccc', until: '2027-01-01', why: 'not used that way' }];

  test('are reported once, at their origin', () => {
    expect(judge(report, [], '2026-12-01')).toEqual({
      checked: true,
      problems: [`axios (high): Leaks ${url}`],
    });
  });

  test('may be accepted until a day, and no longer', () => {
    expect(judge(report, accepted, '2026-12-31').problems).toEqual([]);
    expect(judge(report, accepted, '2027-01-01').problems).toEqual([
      'GHSA-aaaa-bbbb-cccc was accepted until 2027-01-01: look again',
    ]);
  });

  test('that a registry does not have are not taken for none', () => {
    expect(judge({ message: 'Method Not Allowed' }, [], '2026-12-01')).toEqual({
      checked: false,
      problems: [],
    });
    expect(judge({ vulnerabilities: {} }, [], '2026-12-01').checked).toBe(true);
  });
});

describe('advisories by the list', () => {
  const known = {
    askedAt: '2026-11-20',
    packages: { 'axios@1.2.3': ['GHSA-aaaa-bbbb-cccc'], '@x/y@4.5.6': [] },
  };
  const accepted = [{ id: 'GHSA-aaaa-bbbb-cccc', until: '2027-01-01', why: 'not used that way' }];

  test('are those of the locked versions alone', () => {
    expect(judgeByList(known, ['@x/y@4.5.6', 'axios@1.2.3'], [], '2026-12-01')).toEqual({
      problems: ['axios@1.2.3: GHSA-aaaa-bbbb-cccc'],
      gaps: [],
    });
    expect(judgeByList(known, ['axios@1.2.3'], accepted, '2026-12-01').problems).toEqual([]);
  });

  test('that nobody asked for are not taken for none', () => {
    const gaps = (list: KnownAdvisories, today: string) => judgeByList(list, ['axios@1.2.4'], [], today).gaps;
    expect(gaps({ askedAt: null, packages: {} }, '2026-12-01')).toEqual(['the list is empty']);
    expect(gaps(known, '2026-12-01')).toEqual(['nothing is known of axios@1.2.4']);
    expect(gaps(known, '2027-02-01')).toContain('the list is of 2026-11-20');
  });

  test('are asked for what production ships', () => {
    const packages = {
      '': { version: '1.0.0' },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b/node_modules/a': { version: '1.0.0' },
      'node_modules/@x/y': { version: '2.0.0' },
      'node_modules/tool': { version: '3.0.0', dev: true },
    };
    expect(shipped(packages)).toEqual(['@x/y@2.0.0', 'a@1.0.0']);
  });

  test('are fetched from a database of advisories', async () => {
    const asked: unknown[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { queries } = JSON.parse(Buffer.concat(chunks).toString()) as {
          queries: { package: { name: string } }[];
        };
        asked.push(...queries);
        const results = queries.map(({ package: { name } }) =>
          name === 'axios' ? { vulns: [{ id: 'GHSA-test' }] } : {},
        );
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ results }));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const found = await fetchAdvisories(['@x/y@2.0.0', 'axios@1.0.0'], `http://127.0.0.1:${port}`);
    server.close();
    expect(asked).toEqual([
      { package: { ecosystem: 'npm', name: '@x/y' }, version: '2.0.0' },
      { package: { ecosystem: 'npm', name: 'axios' }, version: '1.0.0' },
    ]);
    expect(found).toEqual({ '@x/y@2.0.0': [], 'axios@1.0.0': ['GHSA-test'] });
  });
});
