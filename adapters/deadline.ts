/**
 * The result of `work`, or of `late` once the deadline has passed. The work itself continues.
 * @param deadline epoch ms of the machine's clock
 */
export async function withDeadline<T, Late>(
  deadline: number,
  work: Promise<T>,
  late: () => Late | Promise<Late>,
): Promise<T | Late> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Late>((resolve, reject) => {
    timer = setTimeout(() => void Promise.resolve().then(late).then(resolve, reject), deadline - Date.now());
  });
  work.catch(() => undefined);
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
