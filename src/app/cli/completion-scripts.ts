/**
 * Completion for shells, made from the tree of commands: which words may follow which commands, and what an option may be.
 * The scripts start no program, so a Tab costs nothing.
 */
import type { Command, Option } from 'commander';

/** Shells there is a script for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One of them. */
export type Shell = (typeof SHELLS)[number];

type Flag = {
  readonly names: readonly string[];
  readonly meaning: string;
  readonly value: 'none' | 'any' | readonly string[];
};
type Place = {
  readonly path: readonly string[];
  readonly commands: readonly Command[];
  readonly flags: readonly Flag[];
};

/** The script for `shell`. */
export function writeCompletion(program: Command, shell: Shell): string {
  const places = listPlaces(program, []);
  const write = { bash: writeBash, zsh: writeZsh, fish: writeFish }[shell];
  return `${write(places).join('\n')}\n`;
}

function listPlaces(command: Command, path: readonly string[]): readonly Place[] {
  const commands = command.commands.filter((each) => each.name() !== 'help');
  const flags = [...command.options.map(toFlag), { names: ['-h', '--help'], meaning: 'help', value: 'none' as const }];
  return [{ path, commands, flags }, ...commands.flatMap((each) => listPlaces(each, [...path, each.name()]))];
}

function toFlag({ short, long, description, argChoices, required, optional }: Option): Flag {
  const names = [short, long].filter((name) => name !== undefined);
  return { names, meaning: description, value: argChoices ?? (required || optional ? 'any' : 'none') };
}

function wordsOf({ commands, flags }: Place): string {
  return [...commands.map((each) => each.name()), ...flags.flatMap(({ names }) => names)].join(' ');
}

function keyOf(path: readonly string[]): string {
  return path.map((word) => `/${word}`).join('');
}

function writeBash(places: readonly Place[]): readonly string[] {
  const known = places.filter(({ path }) => path.length > 0).map(({ path }) => keyOf(path));
  return [
    '# bash completion of hotwick; load it with: source <(hotwick completion bash)',
    '_hotwick() {',
    `  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} at= words= i`,
    '  COMPREPLY=()',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    `    case "$at/\${COMP_WORDS[i]}" in`,
    `      ${known.join('|')}) at="$at/\${COMP_WORDS[i]}" ;;`,
    '    esac',
    '  done',
    '  case "$at $prev" in',
    ...places.flatMap(valueCases),
    '  esac',
    '  case "$at" in',
    ...places.map((place) => `    '${keyOf(place.path)}') words='${wordsOf(place)}' ;;`),
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$cur"))',
    '}',
    'complete -o default -F _hotwick hotwick',
  ];
}

/** After an option that takes a value come its choices, or whatever the shell offers, which is files. */
function valueCases({ path, flags }: Place): readonly string[] {
  return flags.flatMap(({ names, value }) => {
    if (value === 'none') return [];
    const patterns = names.map((name) => `'${keyOf(path)} ${name}'`).join('|');
    if (value === 'any') return [`    ${patterns}) return ;;`];
    return [`    ${patterns}) COMPREPLY=($(compgen -W '${value.join(' ')}' -- "$cur")); return ;;`];
  });
}

function writeZsh(places: readonly Place[]): readonly string[] {
  return [
    '#compdef hotwick',
    '# zsh completion of hotwick; load it with: source <(hotwick completion zsh)',
    'autoload -U +X bashcompinit && bashcompinit',
    ...writeBash(places).slice(1),
  ];
}

function writeFish(places: readonly Place[]): readonly string[] {
  return [
    '# fish completion of hotwick; load it with: hotwick completion fish | source',
    'function __hotwick_at',
    "  set -l said (string match -v -- '-*' (commandline -opc))[2..]",
    '  if test (count $argv) -eq 0',
    '    test (count $said) -eq 0',
    '  else',
    '    test "$said[1..(count $argv)]" = "$argv"',
    '  end',
    'end',
    ...places.flatMap((place) => {
      const at = `complete -c hotwick -n '__hotwick_at ${place.path.join(' ')}'`;
      const commands = place.commands.map((each) => `${at} -f -a ${each.name()} -d '${quoted(each.description())}'`);
      return [...commands, ...place.flags.map((flag) => `${at} ${fishFlag(flag)}`)];
    }),
  ];
}

function fishFlag({ names, meaning, value }: Flag): string {
  const forms = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(' ');
  const values = value === 'none' ? '' : value === 'any' ? ' -r' : ` -x -a '${value.join(' ')}'`;
  return `${forms}${values} -d '${quoted(meaning)}'`;
}

function quoted(text: string): string {
  return text.replace(/[\\']/g, '\\$&');
}
