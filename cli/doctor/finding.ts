/** `check`: only a person can tell. */
export type Level = 'ok' | 'warning' | 'problem' | 'check';

/** What a look at one part gave: what is so, and what to do when it should not be. */
export interface Finding {
  part: string;
  level: Level;
  text: string;
  hint: string | null;
}

export function ok(part: string, text: string): Finding {
  return { part, level: 'ok', text, hint: null };
}

export function warning(part: string, text: string, hint: string): Finding {
  return { part, level: 'warning', text, hint };
}

export function problem(part: string, text: string, hint: string): Finding {
  return { part, level: 'problem', text, hint };
}

/** @param link where to look */
export function toCheck(part: string, text: string, link: string): Finding {
  return { part, level: 'check', text, hint: link };
}
