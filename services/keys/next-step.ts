import { type KeyReport, type KeysReport, rowsOf } from './report';

export const NO_ACTION_NEEDED = 'No action needed.';

/** The recommended next step for the key ring, as one sentence. */
export function nextStep({ source, keys, processes }: KeysReport): string {
  const missing = keys.find(({ role }) => role === 'missing');
  if (missing) return `Restore key ${missing.id} in the key ring: ${whoNeeds(missing)} it.`;
  const wrong = keys.find(({ check }) => check === 'other_bytes');
  if (wrong) return `Correct key ${wrong.id} in the key ring: its bytes are wrong.`;

  const sealing = keys.find(({ role }) => role === 'seals')!;
  const waiting = keys.find(({ role }) => role === 'next');
  const update = (names: string[]) =>
    source === 'file'
      ? `Copy the key file to ${names.join(', ')}`
      : `Restart ${names.join(', ')} with the new key ring`;
  for (const key of waiting ? [waiting] : [sealing]) {
    const without = processes.filter(({ keyIds }) => !keyIds.includes(key.id)).map(({ name }) => name);
    if (without.length > 0) return `${update(without)}: key ${key.id} is not there yet.`;
  }
  if (waiting) return `Run \`npx evergrant keys rotate\` again: every process has key ${waiting.id}.`;

  const behind = processes.filter(({ sealingId }) => sealingId !== sealing.id).map(({ name }) => name);
  if (behind.length > 0) return `${update(behind)}: it does not encrypt with ${sealing.id} yet.`;
  const old = keys.filter(({ role }) => role === 'opens' || role === 'retired');
  const rows = old.reduce((sum, key) => sum + rowsOf(key), 0);
  if (rows > 0)
    return `Run \`npx evergrant keys rewrap\`: older keys still encrypt ${rows} ${rows === 1 ? 'row' : 'rows'}.`;
  const idle = old.find(({ role }) => role === 'opens');
  if (idle) return `Run \`npx evergrant keys retire ${idle.id}\`: no row needs it.`;
  return NO_ACTION_NEEDED;
}

function whoNeeds(key: KeyReport): string {
  const rows = rowsOf(key);
  if (rows > 0) return `${rows} ${rows === 1 ? 'row needs' : 'rows need'}`;
  return `${key.heldBy.join(', ')} ${key.heldBy.length === 1 ? 'has' : 'have'}`;
}
