import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, ConfigError } from '../gateway/config.ts';
import { loadPolicies } from '../policies/load-policies.ts';
import type { PolicySet } from '../policies/policy-set.ts';
import { type Catalogue, readCatalogue } from '../schema/classification.ts';

/** The supergraph that is shipped. */
export const SUPERGRAPH = fileURLToPath(new URL('../schema/supergraph.graphql', import.meta.url));

/**
 * The configured policies, read with the configured supergraph.
 * @throws {ConfigError} naming the variable, when either is not there; {PolicyError} with every fault of the policies.
 */
export function configuredPolicies({
  supergraphFile = SUPERGRAPH,
  policiesDirectory,
}: Pick<Config, 'supergraphFile' | 'policiesDirectory'>): PolicySet {
  const catalogue = readSupergraph(supergraphFile);
  if (!existsSync(join(policiesDirectory, 'purposes')))
    throw new ConfigError([
      'XINQIAO_POLICIES: 不是政策目录（其中应有 purposes/）；请给出其路径，不设则为启动所在目录下的 policies。 ' +
        'This is no policy directory, which has purposes/ in it: give its path; unset, it is `policies` where the command is run',
    ]);
  return loadPolicies(policiesDirectory, catalogue);
}

function readSupergraph(file: string): Catalogue {
  try {
    return readCatalogue(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new ConfigError(
      [
        'XINQIAO_SUPERGRAPH: 不是可读的超级图文件；请给出 xinqiao compose 写出的文件，或不设此变量。 ' +
          'This is no supergraph that can be read: name the file that `xinqiao compose` wrote, or unset it for the one that is shipped',
      ],
      { cause },
    );
  }
}
