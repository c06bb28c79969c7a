import type { Config } from '../../gateway/config.ts';
import { ConfigError } from '../../gateway/config.ts';
import type { ImportCategory } from '../../subgraphs/kit/import/category.ts';
import type { ResolveReferences } from '../../subgraphs/kit/import/resolve-references.ts';
import { registryThroughGateway } from './registry-through-gateway.ts';

/** The registry behind a gateway, and what to tell the operator at the end when it did not answer. */
export interface OtherRegistry {
  readonly resolve: ResolveReferences;
  /** Writes why rows wait that might not have to; nothing when all was answered. */
  report(stream: { write(text: string): unknown }): void;
}

/**
 * The registry as an import reaches it when a gateway is named, by `--gateway` or XINQIAO_GATEWAY_URL; undefined when none
 * is, or when the registry itself imports: then the tables in the database are it. Without a token its rows wait.
 * @throws {ConfigError} when `--gateway` is no http(s) address, or is given without a token in the environment.
 */
export function otherRegistry(config: Config, option?: string, category?: ImportCategory): OtherRegistry | undefined {
  const address = option ?? config.gatewayUrl;
  if (address === undefined || category?.department === 'registry') return undefined;
  const { gatewayToken: token } = config.secrets;
  if (option !== undefined && token === undefined) throw new ConfigError(['XINQIAO_GATEWAY_TOKEN is required by --gateway']);
  const url = addressOf(address);
  let refusal: string | undefined;
  const onRefused = (reason: string) => (refusal = reason);
  const withoutToken: ResolveReferences = async () => {
    onRefused('未设 XINQIAO_GATEWAY_TOKEN');
    return new Map();
  };
  return {
    resolve: token === undefined ? withoutToken : registryThroughGateway({ url, token, onRefused }),
    report(stream) {
      if (refusal === undefined) return;
      stream.write(
        `未能向登记部门查询旧注册号（${url.host}：${refusal}），有关的行等待匹配，没有丢失。 The registry could not be asked; rows wait for: xinqiao import --retry-unmatched\n`,
      );
    },
  };
}

/** An address without a path is the gateway itself, which answers at /graphql. */
function addressOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    throw new ConfigError(['--gateway: expected an address such as http://gateway:4000/graphql']);
  return url.pathname === '/' ? new URL('/graphql', url) : url;
}
