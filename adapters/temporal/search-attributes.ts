import { type Client, isGrpcServiceError } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../../core/lifecycle/search-attributes';

const { IndexedValueType } = temporal.api.enums.v1;
const TYPES = {
  Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Bool: IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
  Datetime: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
};
const TYPE_NAMES = { KEYWORD: 'Keyword', BOOL: 'Bool', DATETIME: 'Datetime' } as const;
/** gRPC's status for a query with a name that the namespace does not know. */
const INVALID_ARGUMENT = 3;

/**
 * Makes Evergrant's search attributes known to the namespace; those it knows already are left alone. Needs the rights
 * of an operator, which Temporal Cloud and some installations give to people alone.
 */
export async function registerSearchAttributes(client: Client): Promise<void> {
  const { operatorService } = client.connection as unknown as {
    operatorService: {
      listSearchAttributes(request: {
        namespace: string;
      }): Promise<{ customAttributes?: Record<string, unknown> | null }>;
      addSearchAttributes(request: {
        namespace: string;
        searchAttributes: Record<string, number>;
      }): Promise<unknown>;
    };
  };
  const namespace = client.options.namespace;
  const known = (await operatorService.listSearchAttributes({ namespace })).customAttributes ?? {};
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => !(name in known));
  if (missing.length === 0) return;
  await operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, TYPES[TYPE_NAMES[type]]])),
  });
}

/** Whether workflows may use them: a workflow task that sets an unknown one fails. Needs no more than to read. */
export async function searchAttributesAreKnown(client: Client): Promise<boolean> {
  const conditions = Object.keys(SEARCH_ATTRIBUTES).map((name) => `${name} is not null`);
  try {
    await client.workflow.count(conditions.join(' and '));
    return true;
  } catch (error) {
    const cause = (error as { cause?: unknown }).cause ?? error;
    if (isGrpcServiceError(cause) && cause.code === INVALID_ARGUMENT) return false;
    throw error;
  }
}

/** What somebody with the rights of an operator enters, on a server of one's own or in Temporal Cloud. */
export function commandsToRegister(namespace: string): string[] {
  const each = Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, TYPE_NAMES[type]] as const);
  const temporal = each.map(([name, type]) => `--name ${name} --type ${type}`).join(' ');
  const cloud = each.map(([name, type]) => `--search-attribute "${name}=${type}"`).join(' ');
  return [
    `temporal operator search-attribute create --namespace ${namespace} ${temporal}`,
    `tcld namespace search-attributes add --namespace ${namespace} ${cloud}`,
  ];
}
