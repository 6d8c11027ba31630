import { spawn } from 'node:child_process';

/**
 * Runs a program to its end and returns `{ code, output, problem }`; never throws.
 * `problem` is null after exit code 0, otherwise one line that says what went wrong.
 */
export function run(command, args, { env = process.env, cwd, timeoutMs = 600_000 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    // Not spawn's own `timeout`: its timer outlives a program that could not be started, and keeps us waiting.
    const timer = setTimeout(() => child.kill(), timeoutMs);
    let output = '';
    const collect = (chunk) => (output += chunk);
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ code: null, output, problem: spawnProblem(command, error) });
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const lastLine = output.trim().split('\n').at(-1);
      const how = signal ? `was ended by ${signal}` : `exited with ${code}`;
      resolve({
        code,
        output,
        problem: code === 0 ? null : `${command} ${how}${lastLine ? `: ${lastLine}` : ''}`,
      });
    });
  });
}

function spawnProblem(command, error) {
  if (error.code === 'ENOENT') return `${command} is not there`;
  if (error.code === 'EACCES') return `${command} is not executable`;
  return `${command} could not be started: ${error.message}`;
}
