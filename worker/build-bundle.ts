import { writeFileSync } from 'node:fs';
import { PREBUILT_BUNDLE, buildBundle } from './bundle';

async function main(): Promise<void> {
  const { code } = await buildBundle();
  writeFileSync(PREBUILT_BUNDLE, code);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
