/** Tables that grow with the fleet or with time: nothing may hold them for longer than a moment. */
const LARGE = [
  'integrations',
  'events',
  'deliveries',
  'token_versions',
  'token_uses',
  'received_messages',
  'audit_log',
];
const TABLE = `(?:only )?(?:public\\.)?"?(${LARGE.join('|')})"?\\b`;
/** Each row gets a value of its own, so that the table is written anew. `now()` is the same for all. */
const VOLATILE =
  /\b(clock_timestamp|random|gen_random_uuid|uuidv[47]|nextval|timeofday|statement_timestamp)\b/;

interface Rule {
  problem: string;
  breaks(statement: string): boolean;
}

const added = (statement: string) =>
  isAlter(statement) ? statement.split(',').filter((part) => /\badd (column )?/.test(part)) : [];
const isAlter = (statement: string) => new RegExp(`^alter table (?:if exists )?${TABLE}`).test(statement);

/** Of statements about large tables. */
const RULES: Rule[] = [
  {
    problem: 'a new column that is `not null` needs a default',
    breaks: (s) => added(s).some((part) => /\bnot null\b/.test(part) && !/\bdefault\b/.test(part)),
  },
  {
    problem: 'a volatile default, an identity or a generated column writes the whole table anew',
    breaks: (s) =>
      added(s).some((part) => VOLATILE.test(part) || /\bserial\b|\bbigserial\b|\bgenerated\b/.test(part)),
  },
  {
    problem: 'a change of a column’s type writes the whole table anew',
    breaks: (s) => isAlter(s) && /\balter (column )?\S+ (set data )?type\b/.test(s),
  },
  {
    problem: '`set not null` reads the whole table: add a check as `not valid`, and validate it first',
    breaks: (s) => isAlter(s) && /\bset not null\b/.test(s),
  },
  {
    problem: 'a constraint reads the whole table: add it as `not valid`, or `using index`',
    breaks: (s) =>
      isAlter(s) &&
      /\badd (constraint|check|foreign key|unique|primary key|exclude)\b/.test(s) &&
      !/\bnot valid\b|\busing index\b/.test(s),
  },
  {
    problem: 'an index needs `concurrently`, in a .js migration with `pgm.noTransaction()`',
    breaks: (s) => new RegExp(`^create (unique )?index (?!concurrently).* on ${TABLE}`).test(s),
  },
  {
    problem: 'an update or delete of a whole table holds its rows: do it in portions, in the audit',
    breaks: (s) =>
      new RegExp(`^(update|delete from|truncate( table)?) ${TABLE}`).test(s) && !/\bwhere\b/.test(s),
  },
  {
    problem: 'it locks the whole table',
    breaks: (s) => new RegExp(`^(cluster|vacuum full|lock( table)?|reindex table) ${TABLE}`).test(s),
  },
];

/** Of all statements. */
const RULES_OF_ALL: Rule[] = [
  {
    problem:
      'the previous release may still read it: drop it one release later, after `-- unread since <release>`',
    breaks: (s) => /\bdrop (column|table)\b|^alter table .*\bdrop (?!constraint|not null|default)\S+/.test(s),
  },
  { problem: 'the previous release knows the former name', breaks: (s) => /\brename\b/.test(s) },
  { problem: '`migrate` sets the timeout of locks', breaks: (s) => /^set .*lock_timeout/.test(s) },
];

/** What is wrong with a new migration, by rule; empty: nothing. Tables that it creates itself are empty. */
export function problemsOf(sql: string): string[] {
  const problems = /^-- Down Migration/im.test(sql) ? ['migrations only go forward: no down migration'] : [];
  const mayDrop = /^-- unread since \S+/m.test(sql);
  const statements = statementsOf(sql);
  const own = statements.flatMap((s) => /^create table (?:if not exists )?(\w+)/.exec(s)?.[1] ?? []);
  const isOwn = (s: string) =>
    own.some((table) => new RegExp(`\\b(table|on|update|from) ${table}\\b`).test(s));
  for (const statement of statements) {
    if (isOwn(statement)) continue;
    for (const { problem, breaks } of [...RULES, ...RULES_OF_ALL.slice(mayDrop ? 1 : 0)])
      if (breaks(statement)) problems.push(problem);
  }
  return problems;
}

/** In lower case and on one line each, without comments and the bodies of functions. */
function statementsOf(sql: string): string[] {
  return sql
    .replaceAll(/--[^\n]*/g, '')
    .replaceAll(/\$(\w*)\$[^]*?\$\1\$/g, "''")
    .toLowerCase()
    .split(';')
    .map((statement) => statement.replaceAll(/\s+/g, ' ').trim())
    .filter(Boolean);
}
