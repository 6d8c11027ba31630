import { type Page } from './answers';
import { type Api } from './api';

/** The most that one page may hold. */
const PAGE = 200;

/** Row by row, page after page, of a list with a cursor. */
export async function* eachRow<Row>(
  api: Api,
  path: string,
  query: Record<string, string | number | undefined> = {},
): AsyncGenerator<Row> {
  let cursor: string | undefined;
  do {
    const page: Page<Row> = await api.get(path, { ...query, cursor, limit: PAGE });
    yield* page.data;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

/**
 * All pages of a list as one, up to `limit` rows.
 * @returns with the cursor of what follows, when the limit cut it
 */
export async function allPages<Row>(
  api: Api,
  path: string,
  query: Record<string, string | number | undefined>,
  limit: number = Infinity,
): Promise<Page<Row>> {
  const whole: Page<Row> = { data: [], nextCursor: null };
  let cursor: string | undefined;
  do {
    const page: Page<Row> = await api.get(path, {
      ...query,
      cursor,
      limit: Math.min(PAGE, limit - whole.data.length),
    });
    whole.data.push(...page.data);
    whole.nextCursor = page.nextCursor;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && whole.data.length < limit);
  return whole;
}
