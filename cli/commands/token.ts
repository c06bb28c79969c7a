import { env } from 'node:process';
import type { Command } from 'commander';
import jwt from 'jsonwebtoken';
import * as v from 'valibot';
import { loadConfig } from '../../gateway/config.ts';
import { MAX_TOKEN_LIFETIME_SECONDS } from '../../gateway/identity/authenticate.ts';
import { AUTHORIZATION_DETAIL, CLAIMS } from '../../gateway/identity/claims.ts';
import { keyThumbprint } from '../../gateway/identity/make-proof.ts';
import { developmentTokenKey, requireSecrets } from '../../gateway/secrets.ts';
import { SIGNATORY_ROLES } from '../../schema/authorization-terms.ts';
import { checkResidentId } from '../../schema/identifiers/resident-id.ts';
import { checkUscc } from '../../schema/identifiers/uscc.ts';
import type { Actor } from '../../schema/signed-context.ts';
import { ACTORS, DEPARTMENTS } from '../../schema/signed-context.ts';
import { proofKey } from '../token/proof-key.ts';

interface TokenOptions {
  actor: string;
  org?: string;
  department?: string;
  operator?: string;
  name?: string;
  subject?: string;
  developer?: true;
  signatory?: string;
  authorization?: string;
  dpop?: string;
  expiresIn?: string;
  json?: true;
}

/** To standard error: the token alone goes to standard output. */
const UNBOUND =
  '银行的令牌须与密钥绑定，网关不接受此令牌；请加 --dpop FILE。 A gateway refuses a bank’s token that is bound to no key, as this one: add --dpop FILE.\n';

const SECONDS_IN: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * Adds `xinqiao token`: prints a token signed with the development key of the data directory, and nothing else.
 * Exit codes: 0 printed; 1 misused, or in production, where only the city's identity provider issues tokens.
 */
export function registerToken(program: Command, environment: NodeJS.ProcessEnv = env): void {
  program
    .command('token')
    .description('签发开发用身份凭证。 Issue a token for development; production trusts the identity provider alone')
    .requiredOption('--actor <actor>', `kind of caller: ${ACTORS.join(', ')}`)
    .option('--org <code>', 'code of the organisation; not needed for SUBJECT and PUBLIC')
    .option('--department <code>', `department that asks (actor DEPARTMENT): ${DEPARTMENTS.join(', ')}; leave out for any other`)
    .option('--operator <account>', 'work account of the person or system')
    .option('--name <name>', 'what people call the operator; kept sealed beside the query log alone')
    .option('--subject <code>', 'unified social credit code or resident number of the bearer (actor SUBJECT)')
    .option('--developer', 'may look at the schema in production')
    .option('--signatory <role>', `signs for the subject, known for sure and at the portal: ${SIGNATORY_ROLES.join(', ')}`)
    .option('--authorization <id>', "the subject's authorization that the token is for")
    .option(
      '--dpop <file>',
      "binds the token to the client's private key (PEM, P-256), made there if there is none: what banks need",
    )
    .option('--expires-in <duration>', 'such as 30m, 8h; at most 24h (default: 1h; 5m with --dpop)')
    .option('--json', 'print one JSON value {token, expiresAt}')
    .action(async (options: TokenOptions) => {
      const { token, expiresAt } = await issue(options, environment);
      if (options.dpop === undefined && actorOf(options.actor) === 'BANK') process.stderr.write(UNBOUND);
      process.stdout.write(`${options.json ? JSON.stringify({ token, expiresAt }) : token}\n`);
    });
}

async function issue(options: TokenOptions, environment: NodeJS.ProcessEnv): Promise<{ token: string; expiresAt: string }> {
  // Said before the configuration is read: what else production lacks is not the point.
  if (environment.NODE_ENV === 'production') {
    throw new Error(
      '生产环境不签发凭证。 NODE_ENV=production issues no tokens; they come from the identity provider of XINQIAO_JWKS.',
    );
  }
  const claims = claimsOf(options);
  const config = loadConfig(environment);
  const { key, keyId } = developmentTokenKey(config);
  // The key set that verifies the token is made with its key, so that either command may come first.
  requireSecrets(config, ['jwks']);
  const bound = options.dpop !== undefined && { cnf: { jkt: await keyThumbprint(proofKey(options.dpop)) } };
  const token = jwt.sign({ ...claims, ...bound }, key, { algorithm: 'ES256', keyid: keyId, ...config.tokens });
  return { token, expiresAt: new Date(claims.exp * 1000).toISOString() };
}

/** The claims the options ask for. @throws {Error} naming the option at fault and what it accepts. */
function claimsOf({
  actor: given,
  org,
  department,
  operator,
  name,
  subject,
  developer,
  signatory,
  authorization,
  dpop,
  expiresIn = dpop === undefined ? '1h' : '5m',
}: TokenOptions): v.InferInput<typeof CLAIMS> {
  const actor = actorOf(given);
  if (org === undefined && actor !== 'SUBJECT' && actor !== 'PUBLIC')
    throw new Error(`${actor} 须用 --org 指明机构。 --org is needed for the actor ${actor}.`);
  checkDepartment(actor, department);
  checkSubject(actor, subject);
  checkSignatory(actor, signatory);
  const iat = Math.floor(Date.now() / 1000);
  const authorization_details = authorization && [{ type: AUTHORIZATION_DETAIL, authorization_id: authorization }];
  const exp = iat + secondsOf(expiresIn);
  const signing = signatory === undefined ? {} : { signatory, assurance: 'HIGH', channel: 'CITY_PORTAL' };
  const wanted = { actor, org, department, operator, name, subject, developer, ...signing, authorization_details, iat, exp };
  const claims = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  const parsed = v.safeParse(CLAIMS, claims);
  if (parsed.success) return claims as unknown as v.InferInput<typeof CLAIMS>;
  const option = v.getDotPath(parsed.issues[0])?.split('_')[0];
  throw new Error(`选项的值有误。 --${option}: letters, digits and . _ : @ / -, beginning with a letter or digit, at most 64`);
}

function actorOf(text: string): Actor {
  const actor = ACTORS.find((known) => known === text.toUpperCase());
  if (actor === undefined) throw new Error(`查询者类别有误。 --actor must be one of ${ACTORS.join(', ')}`);
  return actor;
}

function checkDepartment(actor: Actor, department: string | undefined): void {
  if (department === undefined) return;
  if (actor !== 'DEPARTMENT')
    throw new Error('--department 仅用于 DEPARTMENT。 --department goes with the actor DEPARTMENT alone.');
  if (DEPARTMENTS.some((known) => known === department)) return;
  throw new Error(
    `没有此部门。 --department must be one of ${DEPARTMENTS.join(', ')}; any other department of the city leaves it out.`,
  );
}

function checkSubject(actor: Actor, subject: string | undefined): void {
  if ((subject !== undefined) !== (actor === 'SUBJECT')) {
    throw new Error(
      subject === undefined
        ? 'SUBJECT 须用 --subject 指明本人。 --subject is needed for the actor SUBJECT.'
        : '--subject 仅用于 SUBJECT。 --subject goes with the actor SUBJECT alone.',
    );
  }
  if (subject === undefined || checkUscc(subject).valid || checkResidentId(subject).valid) return;
  throw new Error(
    '代码无效。 --subject must be a valid unified social credit code or resident number (18 characters, check character right).',
  );
}

function checkSignatory(actor: Actor, role: string | undefined): void {
  if (role === undefined) return;
  if (actor !== 'SUBJECT') throw new Error('--signatory 仅用于 SUBJECT。 --signatory goes with the actor SUBJECT alone.');
  if (SIGNATORY_ROLES.some((known) => known === role)) return;
  throw new Error(`没有此签署身份。 --signatory must be one of ${SIGNATORY_ROLES.join(', ')}.`);
}

function secondsOf(duration: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(duration) ?? [];
  const seconds = Number(count) * (SECONDS_IN[unit] ?? 0);
  if (seconds > 0 && seconds <= MAX_TOKEN_LIFETIME_SECONDS) return seconds;
  throw new Error('有效时长有误。 --expires-in must be a number and s, m or h, such as 30m, from 1s to 24h.');
}
