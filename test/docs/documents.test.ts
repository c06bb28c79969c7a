import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../cli/main.ts';
import { DEMONSTRATION_USCC } from '../../cli/sample/demonstration.ts';
import { ENVIRONMENT } from '../../gateway/config.ts';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const documents = [
  'README.md',
  'README.zh-CN.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync('docs').map((file) => join('docs', file)),
  ...['bench', 'cli', 'deploy', 'test'].map((folder) => join(folder, 'README.md')),
];
const textOf = (document: string) => readFileSync(document, 'utf8');

/** What a reader would type: the lines of shell blocks, and code within sentences and tables. */
function commandsIn(text: string): string[] {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap((block) => block[1]!.replaceAll('\\\n', ' ').split('\n'));
  const inline = [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map((code) => code[1]!);
  return [...blocks, ...inline];
}

/** Every `xinqiao …` a document mentions, as its words; what a shell would pass on to another command is cut off. */
function invocationsIn(text: string): string[][] {
  return commandsIn(text)
    .flatMap((command) => [...command.matchAll(/(?:^|npx )xinqiao ([^)|&;#]+)/g)])
    .map((match) => match[1]!.trim().split(/\s+/));
}

/** The command line as a person meets it: names, subcommands and options, nothing run. */
async function commandLine(): Promise<Command> {
  const program = new Command('xinqiao');
  for (const { load } of Object.values(COMMANDS)) (await load()).register(program);
  return program;
}

/** The command that the words name, or undefined; `policy check | matrix` names one of several and is judged by its first. */
function resolve(program: Command, words: readonly string[]): Command | undefined {
  const top = program.commands.find((command) => command.name() === words[0]);
  return top === undefined || top.commands.length === 0 ? top : top.commands.find((command) => command.name() === words[1]);
}

function optionsOf(command: Command): string[] {
  return ['--help', ...command.options.flatMap((option) => [option.long ?? '', option.short ?? ''])];
}

describe('the documents', () => {
  test.each(documents)('%s names only npm scripts that exist', (document) => {
    const named = [...textOf(document).matchAll(/npm (?:run ([a-z][\w:-]*)|(start|test)\b)/g)].map(
      (match) => match[1] ?? match[2]!,
    );
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });

  test('they name only commands and options of the command line that exist', async () => {
    const program = await commandLine();
    const invocations = documents.flatMap((document) => invocationsIn(textOf(document)).map((words) => ({ document, words })));
    expect(invocations.length).toBeGreaterThan(30);
    const wrong = invocations.filter(({ words }) => {
      const command = resolve(program, words);
      const options = words.filter((word) => word.startsWith('-')).map((word) => word.split('=')[0]!);
      return command === undefined || options.some((option) => !optionsOf(command).includes(option));
    });
    expect(wrong.map(({ document, words }) => `${document}: xinqiao ${words.join(' ')}`)).toEqual([]);
  });

  test('every command describes itself in Chinese, then in English', async () => {
    const program = await commandLine();
    const commands = program.commands.flatMap((command) => [command, ...command.commands]);
    const texts = [...commands.map((command) => command.description()), ...Object.values(COMMANDS).map(({ summary }) => summary)];
    expect(texts.filter((text) => !/^\p{Script=Han}.*。 [A-Z]/u.test(text))).toEqual([]);
  });

  test('every command has a line in both READMEs', async () => {
    const program = await commandLine();
    const names = program.commands.flatMap((command) =>
      command.commands.length === 0 ? [command.name()] : command.commands.map((inner) => `${command.name()} ${inner.name()}`),
    );
    for (const readme of ['README.md', 'README.zh-CN.md']) {
      const text = textOf(readme);
      expect(names.filter((name) => !text.includes(`| \`npx xinqiao ${name}`))).toEqual([]);
    }
  });

  test.each(documents)('%s links only to files that exist', (document) => {
    const targets = [...textOf(document).matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => join(dirname(document), match[1]!));
    expect(targets.filter((target) => !existsSync(target))).toEqual([]);
  });

  test.each(['README.md', 'README.zh-CN.md'])(
    '%s gives the two commands word for word, and room for the four views',
    (readme) => {
      const lines = textOf(readme).split('\n');
      expect(lines).toContain('npm install && npm start');
      expect(lines).toContain('npm install && npm test');
      expect(textOf(readme)).toMatch(/<!-- demo:begin -->[^]*<!-- demo:end -->/);
    },
  );

  test.each(['README.md', 'README.zh-CN.md'])(
    '%s has the variables and defaults of gateway/config.ts, no more and no fewer',
    (readme) => {
      const table = /<!-- configuration:begin -->([^]*)<!-- configuration:end -->/.exec(textOf(readme))![1]!;
      const written = [...table.matchAll(/^\| `([A-Z_]+)` \| (?:`(.*?)`)? ?\|/gm)].map(([, name, value]) => [name, value ?? '']);
      const read = Object.entries(ENVIRONMENT.entries).map(([name, schema]) => [name, schema.default ?? '']);
      expect(written).toEqual(read);
    },
  );

  test.each(['README.md', 'README.zh-CN.md'])('%s maps every top-level folder of code', (readme) => {
    const mapped = [...textOf(readme).matchAll(/^\| `([a-z]+)\/` \|/gm)].map((match) => match[1]!);
    const folders = readdirSync('.', { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !['node_modules', 'coverage'].includes(entry.name))
      .map((entry) => entry.name);
    expect(mapped.toSorted()).toEqual(folders.toSorted());
  });

  test.each(['README.md', 'README.zh-CN.md'])(
    '%s names every licence among the production dependencies, and each package under Elastic-2.0',
    (readme) => {
      const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
        packages: Record<string, { license?: string; dev?: boolean }>;
      };
      const production = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
      // "MIT AND BSD-3-Clause" needs both named, "MIT OR CC0-1.0" the one we take.
      const licences = production.flatMap(([, { license }]) => (license ?? 'UNKNOWN').replaceAll(/[()]/g, '').split(' AND '));
      const elastic = production
        .filter(([, { license }]) => license === 'Elastic-2.0')
        .map(([path]) => path.split('node_modules/').at(-1)!);
      const text = textOf(readme).replaceAll(/\s+/g, ' ').replaceAll('Elastic License 2.0', 'Elastic-2.0');
      expect(licences.filter((licence) => !licence.split(' OR ').some((name) => text.includes(name)))).toEqual([]);
      expect(elastic.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
      expect(elastic).not.toEqual([]);
    },
  );

  test.each(['README.md', 'README.zh-CN.md'])('%s asks about a company that every sample city has', (readme) => {
    expect(textOf(readme).split('\n')).toContain(`CODE=${DEMONSTRATION_USCC}`);
  });

  test('the case number in the examples decodes to the one beside it', () => {
    for (const readme of ['README.md', 'README.zh-CN.md']) {
      const [, encoded] = /X-Matter: (%[0-9A-F%]+)/.exec(textOf(readme))!;
      expect(textOf(readme)).toContain(decodeURIComponent(encoded!));
    }
  });
});
