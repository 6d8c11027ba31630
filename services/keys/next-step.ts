import { type KeyReport, type KeysReport, rowsOf } from './report';

export const NO_ACTION_NEEDED = 'Nothing has to be done.';

/** What an operator should do next about the keys: one sentence. */
export function nextStep({ source, keys, processes }: KeysReport): string {
  const missing = keys.find(({ role }) => role === 'missing');
  if (missing) return `Put the key ${missing.id} back into the ring: ${whoNeeds(missing)} it.`;
  const wrong = keys.find(({ check }) => check === 'other_bytes');
  if (wrong) return `Put the right key under the name ${wrong.id}: this one has other bytes.`;

  const sealing = keys.find(({ role }) => role === 'seals')!;
  const waiting = keys.find(({ role }) => role === 'next');
  const takeUp = source === 'file' ? 'Give the key file to' : 'Give the new ring to, and restart,';
  for (const key of waiting ? [waiting] : [sealing]) {
    const without = processes.filter(({ keyIds }) => !keyIds.includes(key.id)).map(({ name }) => name);
    if (without.length > 0) return `${takeUp} ${without.join(', ')}: the key ${key.id} is not there yet.`;
  }
  if (waiting) return `Run \`npx evergrant keys rotate\` again: every process has ${waiting.id}.`;

  const behind = processes.filter(({ sealingId }) => sealingId !== sealing.id).map(({ name }) => name);
  if (behind.length > 0) return `${takeUp} ${behind.join(', ')}: it does not seal with ${sealing.id} yet.`;
  const old = keys.filter(({ role }) => role === 'opens' || role === 'retired');
  const rows = old.reduce((sum, key) => sum + rowsOf(key), 0);
  if (rows > 0)
    return `Run \`npx evergrant keys rewrap\`: older keys still seal ${rows} ${rows === 1 ? 'row' : 'rows'}.`;
  const idle = old.find(({ role }) => role === 'opens');
  if (idle) return `Run \`npx evergrant keys retire ${idle.id}\`: no row needs it any more.`;
  return NO_ACTION_NEEDED;
}

function whoNeeds(key: KeyReport): string {
  const rows = rowsOf(key);
  if (rows > 0) return `${rows} ${rows === 1 ? 'row needs' : 'rows need'}`;
  return `${key.heldBy.join(', ')} ${key.heldBy.length === 1 ? 'has' : 'have'}`;
}
