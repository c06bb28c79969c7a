import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ENVIRONMENT } from '../../gateway/config.ts';
import { DEPARTMENTS } from '../../schema/signed-context.ts';

interface Service {
  command?: string | string[];
  environment?: Record<string, string>;
  healthcheck?: { test?: string[] };
  restart?: string;
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  networks?: string[];
  ports?: string[];
  secrets?: string[];
}

interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
  secrets: Record<string, { file: string }>;
}

const text = readFileSync('docker-compose.yml', 'utf8');
const { services, networks, secrets } = parse(text, { merge: true }) as Compose;
const initScript = readFileSync('deploy/postgres/init.sh', 'utf8');
const example = readFileSync('deploy/.env.example', 'utf8');
const entries = Object.entries(services);
const ours = ['gateway', ...DEPARTMENTS];

/** Words by which a value that must not be written down is known. */
const SECRET_NAME = /PASSWORD|SECRET|_KEY$|TOKEN|AUTH$/;
/** `${NAME:?…}`: compose refuses to start without it. */
const REQUIRED = /^\$\{([A-Z_]+):\?[^}]*\}$/;

describe('docker-compose.yml', () => {
  test('runs PostgreSQL, Redis, the gateway and each of the six departments', () => {
    expect(Object.keys(services).sort()).toEqual(['postgres', 'redis', ...ours].sort());
  });

  test.each(entries)('%s has a health check, restarts, is nobody special and cannot write its file system', (_name, service) => {
    expect(service.healthcheck?.test?.length).toBeGreaterThan(1);
    expect(service.restart).toBe('unless-stopped');
    expect(service.user).toMatch(/^(node|postgres|redis)$/);
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(['ALL']);
  });

  test.each(entries)('%s carries no password, key or address with a password of its own', (_name, service) => {
    const written = Object.entries(service.environment ?? {}).filter(
      ([name, value]) =>
        (SECRET_NAME.test(name) && !REQUIRED.test(value) && !value.startsWith('/run/secrets/')) ||
        (value.includes('@') && !/^[a-z]+:\/\/[a-z_]*:\$\{[A-Z_]+:\?[^}]*\}@/.test(value)),
    );
    expect(written).toEqual([]);
  });

  test.each(ours)('%s is given only variables that gateway/config.ts reads', (name) => {
    const unknown = Object.keys(services[name]!.environment!).filter((variable) => !Object.hasOwn(ENVIRONMENT.entries, variable));
    expect(unknown).toEqual([]);
  });

  test('PostgreSQL is given only its own variables and those its init script reads', () => {
    for (const variable of Object.keys(services.postgres!.environment!)) {
      const owner = /^([A-Z_]+)_DATABASE_PASSWORD$/.exec(variable)?.[1]?.toLowerCase();
      if (owner === undefined) expect(variable).toMatch(/^POSTGRES_/);
      else expect(initScript).toMatch(new RegExp(`OWNERS=\\([^)]*\\b${owner}\\b`));
    }
  });

  test('the gateway and every department have a database and a role of their own, which the init script makes', () => {
    const owners = /OWNERS=\(([^)]*)\)/.exec(initScript)![1]!.split(' ');
    const used = ours.map((name) => {
      const url = new URL(services[name]!.environment!.DATABASE_URL!.replace(/\$\{[^}]*\}/, 'password'));
      expect(url.pathname).toBe(`/${url.username}`);
      return url.username;
    });
    expect(new Set(used).size).toBe(ours.length);
    expect(used.sort()).toEqual(owners.sort());
  });

  test('the password a service opens its database with is the one that its role was made with', () => {
    for (const name of ours) {
      const [, role, variable] = /^postgres:\/\/([a-z_]+):\$\{([A-Z_]+):/.exec(services[name]!.environment!.DATABASE_URL!)!;
      expect(variable).toBe(`${role!.toUpperCase()}_DATABASE_PASSWORD`);
      expect(REQUIRED.exec(services.postgres!.environment![variable!]!)?.[1]).toBe(variable);
    }
  });

  test.each([...DEPARTMENTS])('%s runs its own subgraph, where the gateway looks for it', (department) => {
    const service = services[department]!;
    expect(service.command).toEqual(['subgraph', 'serve', department]);
    const url = services.gateway!.environment![`SUBGRAPH_${department.replace('-', '_').toUpperCase()}_URL`];
    expect(url).toBe(`http://${department}:${service.environment!.PORT}/graphql`);
  });

  test.each([...DEPARTMENTS])(
    '%s shares a network with the gateway and one with its database, and none with another department',
    (department) => {
      const networksOf = services[department]!.networks!;
      expect(networksOf.toSorted()).toEqual([department, `${department}-database`]);
      const sharing = (network: string) =>
        entries.filter(([, service]) => service.networks?.includes(network)).map(([name]) => name);
      expect(sharing(department).toSorted()).toEqual(['gateway', department].toSorted());
      expect(sharing(`${department}-database`).toSorted()).toEqual(['postgres', department].toSorted());
    },
  );

  test('only the gateway is reachable from outside', () => {
    expect(entries.filter(([, service]) => service.ports).map(([name]) => name)).toEqual(['gateway']);
    expect(
      Object.entries(networks)
        .filter(([, network]) => network?.internal !== true)
        .map(([name]) => name),
    ).toEqual(['edge']);
  });

  test('the gateway’s health and metrics are on a port of their own, which is not published', () => {
    const { environment, ports, healthcheck } = services.gateway!;
    const port = environment!.XINQIAO_OPERATIONS_PORT!;
    expect(healthcheck!.test!.at(-1)).toBe(`http://127.0.0.1:${port}/health/ready`);
    expect(ports!.map((published) => published.split(':').at(-1))).toEqual([environment!.PORT]);
    expect(port).not.toBe(environment!.PORT);
  });

  test('the operator can say which proxy the gateway believes: else all the public behind it have one quota', () => {
    expect(services.gateway!.environment!.XINQIAO_TRUSTED_PROXIES).toBe('${XINQIAO_TRUSTED_PROXIES:-}');
    expect(example).toMatch(/^XINQIAO_TRUSTED_PROXIES=$/m);
    expect(readFileSync('docs/operators.md', 'utf8')).toContain('`XINQIAO_TRUSTED_PROXIES` (in `.env`)');
  });

  test('only the gateway holds the private key of signed contexts', () => {
    const holders = entries.filter(([, service]) => service.secrets?.includes('context_key')).map(([name]) => name);
    expect(holders).toEqual(['gateway']);
    for (const [, service] of entries) for (const secret of service.secrets ?? []) expect(secrets).toHaveProperty(secret);
  });

  test('every variable it asks the operator for stands in deploy/.env.example, without a value', () => {
    const asked = new Set([...text.matchAll(/\$\{([A-Z_]+):\?/g)].map((match) => match[1]!));
    const listed = [...example.matchAll(/^([A-Z_]+)=(.*)$/gm)];
    expect(listed.filter(([, , value]) => value !== '')).toEqual([]);
    expect([...asked].filter((name) => !listed.some((line) => line[1] === name))).toEqual([]);
  });

  test('every project file it mounts or builds from exists', () => {
    const paths = [...text.matchAll(/(?:dockerfile: |- \.\/)([\w./-]+)/g)].map((match) => match[1]!);
    expect(paths.length).toBeGreaterThan(1);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });
});
