import { type Accepted } from './advisories';

/** What a database of advisories said of the locked packages, for registries that have none. */
export interface KnownAdvisories {
  /** YYYY-MM-DD; null: nobody has asked yet. */
  askedAt: string | null;
  /** IDs of the advisories of each `name@version` that was asked for. */
  packages: Record<string, string[]>;
}

/** A list that is older hardly knows anything of last month. */
const OUTDATED_AFTER_DAYS = 30;
const DAY_MS = 86_400_000;

/** `name@version` of every package that production ships, sorted. */
export function shipped(packages: Readonly<Record<string, { version?: string; dev?: boolean }>>): string[] {
  const names = Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version ?? ''}`);
  return [...new Set(names)].sort();
}

/**
 * Judges the locked packages by the list.
 * @param today YYYY-MM-DD
 * @returns `gaps`: why the list may not know everything; problems: advisories that nobody accepted
 */
export function judgeByList(
  { askedAt, packages }: KnownAdvisories,
  locked: readonly string[],
  accepted: readonly Accepted[],
  today: string,
): { problems: string[]; gaps: string[] } {
  const ids = new Set(accepted.map(({ id }) => id));
  const problems = locked.flatMap((name) =>
    (packages[name] ?? []).filter((id) => !ids.has(id)).map((id) => `${name}: ${id}`),
  );
  if (askedAt === null) return { problems, gaps: ['the list is empty'] };
  const ageDays = (Date.parse(today) - Date.parse(askedAt)) / DAY_MS;
  const unknown = locked.filter((name) => !(name in packages));
  return {
    problems,
    gaps: [
      ...(ageDays > OUTDATED_AFTER_DAYS ? [`the list is of ${askedAt}`] : []),
      ...(unknown.length > 0 ? [`nothing is known of ${unknown.join(', ')}`] : []),
    ],
  };
}
