// The last line of a run, for people who scroll down and for programs that read it.
module.exports = class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    // A file that could not even be loaded has no failed test to count.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`;
    // Jest prints its summary after all reporters, wherever they stand in the list.
    process.once('exit', () => process.stdout.write(`${line}\n`));
  }
};
