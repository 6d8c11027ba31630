/** Stops what was started, the newest first, and only once. */
export class Undo {
  private readonly steps: { what: string; stop: () => Promise<void> }[] = [];
  isUnderWay = false;

  add(what: string, stop: () => Promise<void>): void {
    // Asked to stop while this was still starting: it has to go as well.
    if (this.isUnderWay) void stop().catch(() => undefined);
    else this.steps.push({ what, stop });
  }

  /** Ends everything when one part ends by itself. @param ended settles with how */
  failOn(what: string, ended: Promise<unknown>): void {
    const fail = (how: unknown) => {
      if (this.isUnderWay) return;
      process.stderr.write(`${what} ended unexpectedly${typeof how === 'string' ? `: it ${how}` : ''}.\n`);
      this.exit(1);
    };
    ended.then(fail, fail);
  }

  exit(code: number): void {
    if (this.isUnderWay) return;
    this.isUnderWay = true;
    void this.run().then((clean) => process.exit(clean ? code : 1));
  }

  private async run(): Promise<boolean> {
    let clean = true;
    for (const { what, stop } of this.steps.reverse()) {
      await stop().catch((error: unknown) => {
        clean = false;
        process.stderr.write(`${what} did not stop cleanly: ${(error as Error).message}\n`);
      });
    }
    return clean;
  }
}
