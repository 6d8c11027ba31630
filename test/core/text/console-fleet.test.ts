import { auditText } from '../../../core/text/console-fleet';

test('an audit says what it found, and nothing of what it did not', () => {
  expect(auditText(null)).toBe('None yet');
  expect(auditText({ behind: 0, purged: 0 })).toBe('No issues found');
  expect(auditText({ missing: 2, behind: 0, purged: 31 })).toBe(
    '2 missing workflows started · 31 expired rows removed',
  );
});
