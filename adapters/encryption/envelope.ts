import { buildDecrypt } from '@aws-crypto/decrypt-node';
import { buildEncrypt } from '@aws-crypto/encrypt-node';
import { AlgorithmSuiteIdentifier, CommitmentPolicy } from '@aws-crypto/material-management-node';
import { RawAesKeyringNode, RawAesWrappingSuiteIdentifier } from '@aws-crypto/raw-aes-keyring-node';
import { Secret } from '../../core/access/secret';
import { type Key } from './key-ring';

/** What a sealed value belongs to; bound to the cipher text, so that a row copied elsewhere does not open. */
export type SealContext = Readonly<{
  integration: string;
  provider: string;
  version: string;
  purpose: string;
}>;

/** The sealed value is not what its row says it is: damaged, swapped or written by someone else. */
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
const keyrings = new WeakMap<Key, RawAesKeyringNode>();

/**
 * Seals by the AWS Encryption SDK: a fresh data key per value, wrapped by `key`; key commitment, no signature (whoever
 * can write rows holds the key anyway).
 * @see https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/supported-algorithms.html
 */
export async function sealWith(key: Key, plain: Secret, context: SealContext): Promise<Buffer> {
  const { result } = await encrypt(keyringOf(key), plain.reveal(), {
    encryptionContext: { ...context },
    suiteId: AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
  });
  return Buffer.from(result);
}

/**
 * Opens what was sealed with `key` under exactly this context.
 * @throws DecryptFailed
 */
export async function openWith(key: Key, sealed: Buffer, context: SealContext): Promise<Secret> {
  const { plaintext, messageHeader } = await decrypt(keyringOf(key), sealed).catch(() => {
    throw new DecryptFailed();
  });
  if (!areEqual(messageHeader.encryptionContext, context)) throw new DecryptFailed();
  return new Secret(plaintext.toString('utf8'));
}

function areEqual(found: Readonly<Record<string, string>>, expected: SealContext): boolean {
  const wanted = Object.entries(expected);
  return (
    Object.keys(found).length === wanted.length && wanted.every(([name, value]) => found[name] === value)
  );
}

function keyringOf(key: Key): RawAesKeyringNode {
  const known = keyrings.get(key);
  if (known) return known;
  // The SDK requires key material in memory of its own.
  const unencryptedMasterKey = new Uint8Array(key.bytes.length);
  unencryptedMasterKey.set(key.bytes);
  const keyring = new RawAesKeyringNode({
    keyName: key.id,
    keyNamespace: KEY_NAMESPACE,
    unencryptedMasterKey,
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  });
  keyrings.set(key, keyring);
  return keyring;
}
