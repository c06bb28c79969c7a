/**
 * Imports go one way: console, cli, bench, test → gateway → policies, schema, database; subgraphs → schema, kit, database.
 * Tests may import what they like, but nobody may import in a circle.
 */
const TESTS = ['\\.(test|fixture)\\.ts$', '/test-[^/]+\\.ts$', '^test/'];
const EDGES = '^(cli|console|bench|test)/';

/** Forbids files under `from` to import project files outside `allowed`. */
function only(name, from, allowed, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: `^${from}/`, pathNot: TESTS },
    to: { path: '^[a-z]', pathNot: [...allowed.map((folder) => `^${folder}`), '^node_modules/'], dependencyTypesNot: ['core'] },
  };
}

export default {
  forbidden: [
    {
      name: 'no-circle',
      severity: 'error',
      comment: 'Two files that need each other are one file, or three.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'gateway-only-from-the-edges',
      severity: 'error',
      comment: 'Nothing imports the gateway but cli, console, bench and test.',
      from: { pathNot: ['^gateway/', EDGES, ...TESTS] },
      to: { path: '^gateway/' },
    },
    {
      name: 'department-imports-no-other',
      severity: 'error',
      comment: 'Each department is deployed alone; what two of them share belongs to subgraphs/kit.',
      from: { path: '^subgraphs/([^/]+)/', pathNot: [...TESTS, '^subgraphs/kit/'] },
      to: { path: '^subgraphs/([^/]+)/', pathNot: ['^subgraphs/$1/', '^subgraphs/kit/'] },
    },
    {
      name: 'kit-knows-no-department',
      severity: 'error',
      from: { path: '^subgraphs/kit/', pathNot: TESTS },
      to: { path: '^subgraphs/(?!kit/)[^/]+/' },
    },
    {
      name: 'all-departments-only-at-the-edges',
      severity: 'error',
      comment: 'Whoever imports the list of departments has them all in its process; only an edge may decide that.',
      from: { pathNot: [EDGES, ...TESTS] },
      to: { path: '^subgraphs/departments\\.ts$' },
    },
    only('schema-imports-itself', 'schema', ['schema/'], 'The schema is the ground everybody stands on.'),
    only('database-imports-itself', 'database', ['database/'], 'The database layer knows no table.'),
    only('policies-import-schema', 'policies', ['policies/', 'schema/'], 'Policies decide on coordinates, never on data.'),
    only(
      'subgraphs-import',
      'subgraphs',
      ['subgraphs/', 'schema/', 'database/'],
      'A department decides on its own, without policies or gateway.',
    ),
    only(
      'gateway-imports',
      'gateway',
      ['gateway/', 'policies/', 'schema/', 'database/'],
      'The gateway reaches departments over GraphQL, never by import.',
    ),
    {
      name: 'no-test-in-production',
      severity: 'error',
      from: { pathNot: [...TESTS, '^bench/', '^vitest\\.config\\.ts$'] },
      to: { path: TESTS },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'A file or package that is not there.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared-packages-only',
      severity: 'error',
      comment: 'Production code uses only what package.json lists under dependencies.',
      from: { pathNot: [...TESTS, '^bench/', '\\.config\\.(ts|mjs)$'] },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|\\.xinqiao)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
