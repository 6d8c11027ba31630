/** Cookies as a browser keeps them, until they are cleared. */
export function cookieJar() {
  const jar = new Map<string, string>();
  return {
    /** What to send along. */
    headers(): Record<string, string> {
      if (jar.size === 0) return {};
      return { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') };
    },
    /** Keeps what an answer sets. @returns the values that it set */
    take(answer: Headers): string[] {
      return answer.getSetCookie().map((line) => {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (/max-age=0/i.test(line)) jar.delete(name);
        else jar.set(name, value);
        return value;
      });
    },
  };
}
