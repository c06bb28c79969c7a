import type { Target } from './target.ts';

/** The SDL the department gives of itself. Throws an Error saying what it answered instead. */
export async function describedSdl(target: Target): Promise<string> {
  const { status, data, codes } = await target.ask('{ _service { sdl } }', target.sign());
  const service: unknown = data?.['_service'];
  if (typeof service !== 'object' || service === null || !('sdl' in service) || typeof service.sdl !== 'string') {
    throw new Error(`answered ${status} ${codes.join(' ')} without an SDL`);
  }
  return service.sdl;
}
