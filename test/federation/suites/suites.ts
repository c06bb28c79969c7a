import type { FederationSuite } from '../federation.ts';
import { abstractTypes, narrowedFields, partialUnions } from './abstract.ts';
import { keys, nullKeys, unresolvableKeys } from './entities.ts';
import { contextsOfOneEntity, objectsInKeys, requiredAtTwoLevels, requiredOfOneType } from './apart.ts';
import { federation1 } from './federation1.ts';
import { contexts, failures, mutations } from './flows.ts';
import { inaccessible } from './hiding.ts';
import { conditions, inputs } from './inputs.ts';
import { interfaceObjects, unresolvableInterfaceObjects, untoldTypes } from './interface-objects.ts';
import { merging, queryObjects } from './merging.ts';
import { overrides, overridesOff, overridesOn, provides, sharedRoots } from './ownership.ts';
import { failedRequirements, requiresAbstract, requiresArguments } from './requires.ts';
import { circles, parentCalls } from './ways-back.ts';

/** Every supergraph with its operations. */
export const SUITES: readonly FederationSuite[] = [
  abstractTypes,
  circles,
  conditions,
  contexts,
  contextsOfOneEntity,
  failedRequirements,
  failures,
  federation1,
  inaccessible,
  inputs,
  interfaceObjects,
  keys,
  merging,
  mutations,
  narrowedFields,
  nullKeys,
  objectsInKeys,
  overrides,
  overridesOff,
  overridesOn,
  parentCalls,
  partialUnions,
  provides,
  queryObjects,
  requiredAtTwoLevels,
  requiredOfOneType,
  requiresAbstract,
  requiresArguments,
  sharedRoots,
  unresolvableInterfaceObjects,
  unresolvableKeys,
  untoldTypes,
];
