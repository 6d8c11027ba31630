import { Argument, type Command } from 'commander';
import { say } from '../output/output';
import { type Verb } from '../verb';

export const completionVerb: Verb = (program, io) => {
  program
    .command('completion')
    .description('Print a script that completes commands and options: `source <(evergrant completion bash)`.')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh']))
    .action((shell: 'bash' | 'zsh') => {
      if (shell === 'zsh') say(io, 'autoload -U +X bashcompinit && bashcompinit');
      say(io, ...script(program));
    });
};

/** The words before the cursor that are commands select what may follow. zsh runs the same through `bashcompinit`. */
function script(program: Command): string[] {
  return [
    '_evergrant() {',
    '  local word path=""',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do case "$path/$word" in',
    `    ${pathsBelow(program).join('|')}) path="$path/$word" ;;`,
    '  esac; done',
    '  local words=""',
    '  case "$path" in',
    ...[...tree(program)].map(
      ([path, command]) => `    "${path}") words="${wordsAfter(command).join(' ')}" ;;`,
    ),
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _evergrant evergrant',
  ];
}

function* tree(command: Command, path = ''): Generator<[string, Command]> {
  yield [path, command];
  for (const below of command.commands) yield* tree(below, `${path}/${below.name()}`);
}

function pathsBelow(program: Command): string[] {
  return [...tree(program)].map(([path]) => path).filter(Boolean);
}

function wordsAfter(command: Command): string[] {
  const help = command.createHelp();
  return [
    ...help.visibleCommands(command).map((below) => below.name()),
    ...help.visibleOptions(command).flatMap(({ long }) => long ?? []),
  ];
}
