import { judge } from '../../dev/dependencies/advisories';
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
