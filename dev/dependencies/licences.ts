/** A package as the lock file names it. */
export interface LockedPackage {
  dev?: boolean;
  link?: boolean;
  license?: string;
}

/** Licences that a product under Apache-2.0 may be shipped with. @see https://spdx.org/licenses/ */
const ACCEPTED = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  // The same, as htmx spells it.
  'BSD-0-Clause',
  'MIT-0',
  'BlueOak-1.0.0',
  'Unlicense',
  // Of tables of data alone.
  'CC-BY-4.0',
]);

/** What packages that do not say so in the usual place are under, by the text that they bring. */
const READ: Record<string, string> = { 'node_modules/unionfs': 'Unlicense' };

/** What production would ship under a licence that was not reviewed, one line each. */
export function licenceProblems(packages: Readonly<Record<string, LockedPackage>>): string[] {
  return (
    Object.entries(packages)
      // The project's own packages are links here.
      .filter(([path, { dev, link }]) => path !== '' && !dev && !link)
      .filter(([path, { license }]) => !isAccepted(license ?? READ[path] ?? ''))
      .map(([path, { license }]) => `${path.replace(/^.*node_modules\//, '')}: ${license ?? 'no licence'}`)
  );
}

/** One licence, several of which one may be chosen, or several that all hold. */
function isAccepted(expression: string): boolean {
  return expression
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => ACCEPTED.has(licence)));
}
