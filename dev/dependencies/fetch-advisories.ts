import axios from 'axios';
import { type KnownAdvisories } from './known-advisories';

/** The most that one request may ask for. */
const AT_ONCE = 1_000;

/**
 * The advisories of each `name@version`.
 * @param url of OSV's query for many packages
 * @see https://google.github.io/osv.dev/post-v1-querybatch/
 */
export async function fetchAdvisories(
  names: readonly string[],
  url: string,
): Promise<KnownAdvisories['packages']> {
  const packages: KnownAdvisories['packages'] = {};
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const asked = names.slice(at, at + AT_ONCE);
    const queries = asked.map((one) => ({
      package: { ecosystem: 'npm', name: one.slice(0, one.lastIndexOf('@')) },
      version: one.slice(one.lastIndexOf('@') + 1),
    }));
    const { data } = await axios.post<{ results: { vulns?: { id: string }[] }[] }>(url, { queries });
    asked.forEach((one, index) => {
      packages[one] = (data.results[index]?.vulns ?? []).map(({ id }) => id).sort();
    });
  }
  return packages;
}
