import { Argument, type Command, type Option } from 'commander';
import { say } from '../output/output';
import { type Verb } from '../verb';

export const completionVerb: Verb = (program, io) => {
  program
    .command('completion')
    .description(
      'Print a script that completes commands and options: `source <(evergrant completion bash)`, `evergrant completion fish | source`.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'fish', 'zsh']))
    .action((shell: 'bash' | 'fish' | 'zsh') => {
      if (shell === 'fish') return say(io, ...fishScript(program));
      if (shell === 'zsh') say(io, 'autoload -U +X bashcompinit && bashcompinit');
      say(io, ...bashScript(program));
    });
};

/** The words before the cursor that are commands select what may follow. zsh runs the same through `bashcompinit`. */
function bashScript(program: Command): string[] {
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

/** The same for fish, which also shows descriptions. */
function fishScript(program: Command): string[] {
  return [
    'function __evergrant_path',
    "  set -l path ''",
    '  for word in (commandline -opc)[2..-1]',
    '    switch "$path/$word"',
    `      case ${pathsBelow(program).join(' ')}`,
    '        set path "$path/$word"',
    '    end',
    '  end',
    '  echo $path',
    'end',
    ...[...tree(program)].flatMap(([path, command]) => {
      const help = command.createHelp();
      const here = `complete -c evergrant -n 'test "$(__evergrant_path)" = "${path}"'`;
      return [
        ...help
          .visibleCommands(command)
          .map((below) => `${here} -f -a ${below.name()} -d ${quoted(help.subcommandDescription(below))}`),
        ...help.visibleOptions(command).map((option) => `${here} ${fishOption(option)}`),
      ];
    }),
  ];
}

function fishOption({ long, short, description, required, optional, argChoices }: Option): string {
  return [
    ...(long ? ['-l', long.slice(2)] : []),
    ...(short ? ['-s', short.slice(1)] : []),
    ...(required && !argChoices && !optional ? ['-r'] : []),
    ...(argChoices ? ['-x', '-a', quoted(argChoices.join(' '))] : []),
    '-d',
    quoted(description),
  ].join(' ');
}

/** In fish a backslash escapes within single quotes. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
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
