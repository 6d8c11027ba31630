/** Those who ask for the same thing while it is asked for share one answer. */
export function createShared<Answer>() {
  const underWay = new Map<string, Promise<Answer>>();
  return (key: string, ask: () => Promise<Answer>): Promise<Answer> => {
    const answer = underWay.get(key) ?? ask().finally(() => underWay.delete(key));
    underWay.set(key, answer);
    return answer;
  };
}
