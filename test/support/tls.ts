import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (name: string) => readFileSync(join(__dirname, 'tls', name), 'utf8');

/** What a TLS server of a test presents itself with: as `server.test`, `localhost` and 127.0.0.1. */
export const SERVER_TLS = { key: read('key.pem'), cert: read('certificate.pem') };
/** What a client must trust to believe it. */
export const TEST_AUTHORITY = read('authority.pem');
