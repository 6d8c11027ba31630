/** A setting by its name: a secret of Supabase, or a variable of the process in Node. */
export function setting(name: string, standard?: string): string {
  const value = ('Deno' in globalThis ? Deno.env.get(name) : process.env[name]) ?? standard;
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
