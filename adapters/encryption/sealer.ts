import { buildDecrypt } from '@aws-crypto/decrypt-node';
import { buildEncrypt } from '@aws-crypto/encrypt-node';
import { AlgorithmSuiteIdentifier, CommitmentPolicy } from '@aws-crypto/material-management-node';
import { RawAesKeyringNode, RawAesWrappingSuiteIdentifier } from '@aws-crypto/raw-aes-keyring-node';
import { Secret } from '../../core/secret';
import { type Key, type KeyRing } from './key-ring';

/** What a sealed value belongs to; bound to the cipher text, so that a row copied elsewhere does not open. */
export type SealContext = Readonly<{
  integration: string;
  provider: string;
  version: string;
  purpose: string;
}>;

export interface Sealed {
  sealed: Buffer;
  keyId: string;
}

/** The row's key is not in the ring, or has other bytes than the one that sealed: waiting helps, guessing does not. */
export class KeyUnavailable extends Error {
  override name = 'KeyUnavailable';
  constructor(readonly keyId: string) {
    super(`The key "${keyId}" is not available. Add it to EVERGRANT_KEYS again.`);
  }
}

/** The sealed value is not what its row says it is: damaged, swapped or written by somebody else. */
export class DecryptFailed extends Error {
  override name = 'DecryptFailed';
  constructor() {
    super('A sealed value does not belong to its row.');
  }
}

const { encrypt } = buildEncrypt(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const { decrypt } = buildDecrypt({
  commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
  maxEncryptedDataKeys: 1,
});
const KEY_NAMESPACE = 'evergrant';

/**
 * Seals and opens by the AWS Encryption SDK: a fresh data key per value, wrapped by a key of the ring; key commitment,
 * no signature (whoever can write rows holds the key anyway).
 * @see https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/supported-algorithms.html
 */
export function createSealer(ring: KeyRing) {
  const keyrings = new Map(ring.keys.map((key) => [key.id, keyringOf(key)]));

  async function seal(plain: Secret<string>, context: SealContext): Promise<Sealed> {
    const keyring = keyrings.get(ring.sealing.id)!;
    const { result } = await encrypt(keyring, plain.reveal(), {
      encryptionContext: { ...context },
      suiteId: AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
    });
    const sealed = Buffer.from(result);
    // A value that could not be opened again would lose a grant: look before the plain text is dropped.
    const opened = await open({ sealed, keyId: ring.sealing.id }, context);
    if (opened.reveal() !== plain.reveal()) throw new DecryptFailed();
    return { sealed, keyId: ring.sealing.id };
  }

  async function open({ sealed, keyId }: Sealed, context: SealContext): Promise<Secret<string>> {
    const keyring = keyrings.get(keyId);
    if (!keyring) throw new KeyUnavailable(keyId);
    const { plaintext, messageHeader } = await decrypt(keyring, sealed).catch(() => {
      throw new DecryptFailed();
    });
    const found: Readonly<Record<string, string>> = messageHeader.encryptionContext;
    const matches = Object.entries(context).every(([name, value]) => found[name] === value);
    if (!matches) throw new DecryptFailed();
    return new Secret(plaintext.toString('utf8'));
  }

  return { seal, open, ring };
}

export type Sealer = ReturnType<typeof createSealer>;

function keyringOf(key: Key): RawAesKeyringNode {
  // The SDK wants key material in memory of its own.
  const unencryptedMasterKey = new Uint8Array(key.bytes.length);
  unencryptedMasterKey.set(key.bytes);
  return new RawAesKeyringNode({
    keyName: key.id,
    keyNamespace: KEY_NAMESPACE,
    unencryptedMasterKey,
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  });
}
