import { type Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../../core/lifecycle/search-attributes';

const { IndexedValueType } = temporal.api.enums.v1;
const TYPES = {
  KEYWORD: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  BOOL: IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
  DATETIME: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
};

/** Makes Evergrant's search attributes known to the namespace; those it knows already are left alone. */
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
    searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, TYPES[type]])),
  });
}
