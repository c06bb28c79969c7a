import { env } from 'node:process';
import { type Command, InvalidArgumentError } from 'commander';
import { loadConfig } from '../../gateway/config.ts';
import { makeProof } from '../../gateway/identity/make-proof.ts';
import { proofKey } from '../token/proof-key.ts';

interface ProofOptions {
  dpop: string;
  token: string;
  url?: string;
}

/**
 * Adds `xinqiao proof`: prints a proof that the sender of a token holds its key, for one request, and nothing else. It is a client's tool: it
 * runs wherever the key is. Exit codes: 0 printed; 1 misused.
 */
export function registerProof(program: Command, environment: NodeJS.ProcessEnv = env): void {
  program
    .command('proof')
    .description('为一次请求制作密钥持有证明（DPoP）。 Make a proof of possession for one request (DPoP, RFC 9449)')
    .requiredOption('--dpop <file>', "the client's private key (PEM, P-256); made there if there is none")
    .requiredOption('--token <token>', 'the access token it goes with')
    .option('--url <address>', 'address of the gateway as its clients know it; else XINQIAO_PUBLIC_URL', gatewayAddress)
    .action(async ({ dpop, token, url }: ProofOptions) => {
      const proof = await makeProof(proofKey(dpop), { token, url: url ?? loadConfig(environment).publicUrl });
      process.stdout.write(`${proof}\n`);
    });
}

/** A proof for anything else is refused wherever it is sent. */
function gatewayAddress(text: string): string {
  if (/^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : '')) return text;
  throw new InvalidArgumentError(
    '应为网关地址，如 https://credit.city.example/graphql。 Expected the gateway’s address, such as https://credit.city.example/graphql.',
  );
}
