// What the set-up says, and how long work is narrated.

const FIRST_SIGN_MS = 1_000;
const SIGN_OF_LIFE_MS = 5_000;

/** A failure the user can act on: its text is shown as it is, without a stack. */
export class SetupError extends Error {}

export function say(text) {
  console.error(`evergrant setup: ${text}`);
}

/** Runs `work`; says so once it takes longer than a second, then every few seconds until it ends. */
export async function narrate(label, work) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1_000);
  let lastSign = 0;
  const sign = () => {
    const elapsed = Date.now() - startedAt;
    if (lastSign === 0) say(`${label} …`);
    else if (elapsed - lastSign < SIGN_OF_LIFE_MS) return;
    else say(`${label} … (${seconds()} s)`);
    lastSign = elapsed;
  };
  const timer = setInterval(sign, FIRST_SIGN_MS);
  try {
    const result = await work();
    if (lastSign > 0) say(`${label}: done in ${seconds()} s`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
