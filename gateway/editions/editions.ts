import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { assertValidSchema, type GraphQLSchema } from 'graphql';
import {
  type CurrentPolicies,
  createPolicies,
  type PoliciesOptions,
  type ReloadReport,
} from '../../policies/current-policies.ts';
import { PolicyError, type PolicyFault } from '../../policies/fault.ts';
import { policyDirectories } from '../../policies/load-policies.ts';
import { watchDirectories } from '../../policies/watch-directories.ts';
import { readCatalogue } from '../../schema/classification.ts';
import { createDisclosurePlanner, type DisclosurePlannerOptions } from '../disclosure/plan-disclosure.ts';
import type { Departments } from '../execution/execution.ts';
import type { CurrentSchema, Edition, SchemaSource } from './edition.ts';
import { openSupergraph, type Supergraph } from './supergraph.ts';

/** What became of one of the two that make an edition; `hash` is the policies' or, of a supergraph, the SHA-256 (hex) of its text. */
export interface EditionReport extends ReloadReport {
  what: 'supergraph' | 'policies';
}

/** The edition in force, replaceable without a restart. */
export interface Editions extends SchemaSource {
  current(): Edition;
  /** The edition that answers a document which was validated against this schema: the last one that had it. */
  of(apiSchema: GraphQLSchema): Edition;
  /** Loads supergraph and policies again. Never throws: what is bad keeps the old one, and its report says why. */
  reload(): readonly EditionReport[];
  /** Reloads whenever a file changes and reports each reload that changed or refused something. */
  watch(report: (report: EditionReport) => void): { close(): void };
  close(): Promise<void>;
}

export interface EditionsOptions {
  /** File of the composed supergraph. */
  supergraphFile: string;
  policies: Omit<PoliciesOptions, 'catalogue'>;
  planner: Omit<DisclosurePlannerOptions, 'catalogue' | 'apiSchema'>;
  /** The ways to the departments, which stay when the supergraph changes. */
  departments: Pick<Departments, 'over'>;
}

/** Loads supergraph and policies. Rejects when either cannot be used: a gateway without them must not start. */
export async function openEditions(options: EditionsOptions): Promise<Editions> {
  const supergraph = await openSupergraph(readFileSync(options.supergraphFile, 'utf8'));
  const policies = createPolicies({ ...options.policies, catalogue: readCatalogue(supergraph.sdl) });
  return new Reloading(options, supergraph, policies);
}

class Reloading implements Editions {
  readonly #options: EditionsOptions;
  readonly #supergraph: Supergraph;
  readonly #policies: CurrentPolicies;
  readonly #listeners = new Set<(schema: CurrentSchema) => void>();
  /** Of every schema that a query under way may have been validated against. */
  readonly #editions = new WeakMap<GraphQLSchema, Edition>();
  #current: Edition;

  constructor(options: EditionsOptions, supergraph: Supergraph, policies: CurrentPolicies) {
    this.#options = options;
    this.#supergraph = supergraph;
    this.#policies = policies;
    this.#current = this.#publish(this.#compile(supergraph.sdl, () => policies.current()));
  }

  get schema(): CurrentSchema {
    return this.#current.schema;
  }

  current(): Edition {
    return this.#current;
  }

  of(apiSchema: GraphQLSchema): Edition {
    return this.#editions.get(apiSchema) ?? this.#current;
  }

  onSchema(listener: (schema: CurrentSchema) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  reload(): readonly EditionReport[] {
    const before = this.#current.policy.hash;
    const supergraph = this.#reloadSupergraph();
    // With a supergraph come the policies that were read for it; without one, the old schema may still have new policies.
    const policies = supergraph?.loaded ? this.#adopted(before) : this.#reloadPolicies();
    return supergraph ? [supergraph, policies] : [policies];
  }

  watch(report: (report: EditionReport) => void): { close(): void } {
    const { policies, supergraphFile } = this.#options;
    const directories = () => [...new Set([...policyDirectories(policies.directory), dirname(supergraphFile)])];
    return watchDirectories(directories, () => {
      for (const each of this.reload()) if (each.changed || !each.loaded) report(each);
    });
  }

  close(): Promise<void> {
    return this.#supergraph.close();
  }

  /** Undefined when the file says what is in force already. */
  #reloadSupergraph(): EditionReport | undefined {
    const { supergraphFile } = this.#options;
    try {
      const sdl = readFileSync(supergraphFile, 'utf8');
      if (sdl === this.#supergraph.sdl) return undefined;
      this.#supergraph.replace(sdl, () => {
        // Last of all the policies: they are in force as soon as they accept the schema.
        this.#publish(this.#compile(sdl, () => this.#policies.adopt(readCatalogue(sdl))));
      });
      return this.#report('supergraph', true, []);
    } catch (error) {
      return this.#report('supergraph', false, faultsOf(error, supergraphFile));
    }
  }

  #reloadPolicies(): EditionReport {
    const report = this.#policies.reload();
    if (report.changed) this.#publish({ ...this.#current, policy: this.#policies.current() });
    return { what: 'policies', ...report };
  }

  #adopted(before: string): EditionReport {
    const report = this.#report('policies', true, []);
    return { ...report, changed: report.hash !== before };
  }

  #report(what: EditionReport['what'], loaded: boolean, faults: readonly PolicyFault[]): EditionReport {
    const hash = what === 'policies' ? this.#current.policy.hash : hashOf(this.#current.schema.supergraphSdl);
    return { what, loaded, changed: loaded, hash, faults, at: this.#options.policies.clock() };
  }

  #compile(supergraphSdl: string, policiesFor: () => Edition['policy']): Edition {
    const { departments, planner } = this.#options;
    const execution = departments.over(supergraphSdl);
    const { apiSchema } = execution;
    // Before anything is in force: whoever is told of a schema must be able to use it.
    assertValidSchema(apiSchema);
    const policy = policiesFor();
    const planDisclosure = createDisclosurePlanner({ ...planner, apiSchema, catalogue: policy.catalogue });
    return { schema: { apiSchema, supergraphSdl }, policy, planDisclosure, execution };
  }

  #publish(edition: Edition): Edition {
    const isOtherSchema = this.#current?.schema !== edition.schema;
    this.#current = edition;
    this.#editions.set(edition.schema.apiSchema, edition);
    if (isOtherSchema) for (const listener of this.#listeners) listener(edition.schema);
    return edition;
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function faultsOf(error: unknown, file: string): readonly PolicyFault[] {
  if (error instanceof PolicyError) return error.faults;
  return [{ at: file, message: error instanceof Error ? error.message : 'cannot be loaded' }];
}
