import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ENVIRONMENT, loadConfig } from '../../gateway/config.ts';
import { DEPARTMENTS } from '../../schema/signed-context.ts';

interface Probe {
  httpGet: { path: string; port: number | string };
}

interface Container {
  name: string;
  args: string[];
  env: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[];
  securityContext: Record<string, unknown>;
  ports: { name: string; containerPort: number }[];
  lifecycle?: { preStop: { exec: { command: string[] } } };
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
}

interface Pod {
  containers: Container[];
  securityContext: { runAsNonRoot: boolean };
  terminationGracePeriodSeconds?: number;
}

interface Manifest {
  kind: string;
  metadata: { name: string; namespace?: string };
  data?: Record<string, string>;
  spec?: { ports?: object[]; template?: { spec: Pod } };
}

const folder = 'deploy/kubernetes';
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml');
const manifests = files.flatMap((file) =>
  parseAllDocuments(readFileSync(`${folder}/${file}`, 'utf8')).map((document) => document.toJS() as Manifest),
);
const deployments = manifests
  .filter(({ kind }) => kind === 'Deployment')
  .map((manifest) => [manifest.metadata.name, manifest.spec!.template!.spec] as const);
const servers = ['gateway', ...DEPARTMENTS];

describe('deploy/kubernetes', () => {
  test('kustomization.yaml applies every file', () => {
    const kustomization = readFileSync(`${folder}/kustomization.yaml`, 'utf8');
    expect(files.filter((file) => !kustomization.includes(file))).toEqual([]);
  });

  test('the gateway and each department have a deployment and a service', () => {
    for (const kind of ['Deployment', 'Service']) {
      const names = manifests.filter((manifest) => manifest.kind === kind).map(({ metadata }) => metadata.name);
      expect(names.toSorted()).toEqual(servers.toSorted());
    }
  });

  test.each(deployments)('%s is probed, is nobody special and cannot write its file system', (_name, pod) => {
    expect(pod.securityContext.runAsNonRoot).toBe(true);
    for (const container of pod.containers) {
      expect(container.livenessProbe).toBeDefined();
      expect(container.readinessProbe).toBeDefined();
      expect(container.securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
    }
  });

  test.each(deployments)(
    '%s is given only variables that gateway/config.ts or Node itself reads, and its secrets from secrets',
    (_name, pod) => {
      const variables = pod.containers.flatMap((container) => container.env);
      const known = [...Object.keys(ENVIRONMENT.entries), 'NODE_OPTIONS'];
      expect(variables.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
      const secret = variables.filter(({ name }) => /_KEY$|^(DATABASE|REDIS)_URL$/.test(name));
      expect(secret.filter(({ value, valueFrom }) => value !== undefined || valueFrom === undefined)).toEqual([]);
    },
  );

  test('the shared settings are variables that gateway/config.ts reads, and no secrets', () => {
    const names = Object.keys(manifests.find(({ kind }) => kind === 'ConfigMap')!.data!);
    expect(names.filter((name) => !Object.hasOwn(ENVIRONMENT.entries, name) || /_KEY$|_URL$/.test(name))).toEqual([]);
  });

  test('the gateway is probed on its operations port, and its service leads to the other one alone', () => {
    const { ports, env, ...container } = deployments.find(([name]) => name === 'gateway')![1].containers[0]!;
    expect(ports).toEqual([
      { name: 'http', containerPort: Number(env.find(({ name }) => name === 'PORT')!.value) },
      { name: 'operations', containerPort: Number(env.find(({ name }) => name === 'XINQIAO_OPERATIONS_PORT')!.value) },
    ]);
    const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
    expect(probes.map((probe) => probe?.httpGet.port)).toEqual(['operations', 'operations', 'operations']);
    const service = manifests.find(({ kind, metadata }) => kind === 'Service' && metadata.name === 'gateway')!;
    expect(service.spec!.ports).toEqual([{ name: 'http', port: 80, targetPort: 'http' }]);
  });

  test('the gateway believes the ingress controller about whom it answers', () => {
    const { env } = deployments.find(([name]) => name === 'gateway')![1].containers[0]!;
    const given = env.find(({ name }) => name === 'XINQIAO_TRUSTED_PROXIES')?.value;
    expect(loadConfig({ XINQIAO_TRUSTED_PROXIES: given }).trustedProxies).not.toEqual([]);
  });

  test.each(deployments)('%s is sent nothing more before it stops, and then has the time to finish', (_name, pod) => {
    const [program, seconds] = pod.containers[0]!.lifecycle!.preStop.exec.command;
    expect(program).toBe('sleep');
    const { terminationGracePeriodSeconds = 30 } = pod;
    expect(Number(seconds) * 1_000 + loadConfig({}).timeouts.shutdownGrace).toBeLessThan(terminationGracePeriodSeconds * 1_000);
  });

  test('each department opens a database of its own and is where the gateway looks for it', () => {
    const container = (name: string) => deployments.find(([deployment]) => deployment === name)![1].containers[0]!;
    const secrets = servers.map(
      (name) => container(name).env.find((variable) => variable.name === 'DATABASE_URL')!.valueFrom!.secretKeyRef.name,
    );
    expect(new Set(secrets).size).toBe(servers.length);
    for (const department of DEPARTMENTS) {
      expect(container(department).args).toEqual(['subgraph', 'serve', department]);
      const variable = `SUBGRAPH_${department.replace('-', '_').toUpperCase()}_URL`;
      expect(container('gateway').env).toContainEqual({ name: variable, value: `http://${department}:4001/graphql` });
    }
  });
});
