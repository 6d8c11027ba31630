/** One page of a list. */
export interface Page<Row> {
  data: Row[];
  /** Cursor of the next page; null: this is the last one. */
  nextCursor: string | null;
}

/**
 * A list: `await` gives its first page, `for await` all rows, page by page.
 * @example for await (const integration of evergrant.integrations({ state: 'expired' })) …
 */
export interface List<Row> extends PromiseLike<Page<Row>>, AsyncIterable<Row> {}

/** @param read one page; the cursor is null for the first */
export function listOf<Row>(read: (cursor: string | null) => Promise<Page<Row>>): List<Row> {
  return {
    then: (fulfilled, rejected) => read(null).then(fulfilled, rejected),
    async *[Symbol.asyncIterator]() {
      let cursor: string | null = null;
      do {
        const page: Page<Row> = await read(cursor);
        yield* page.data;
        cursor = page.nextCursor;
      } while (cursor !== null);
    },
  };
}
