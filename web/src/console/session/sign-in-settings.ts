/**
 * Which way operators sign in, by a small file of the page's own server: with one, at the issuer that it names; without one, by a link.
 * Where the console is deployed somebody puts it there (docs/console-session.md).
 */
import { jsonObjectOf } from '../../api/answer.ts'

/** web/server/page-files.ts has it, too, and says that there is none; a test compares. */
export const SIGN_IN_FILE = '/console/sign-in.json'

export interface IssuerSettings {
  /** As in `operatorJwtIssuer`. */
  issuer: string
  clientId: string
  /** Which of the issuer's tokens the API is sent. */
  token: 'access' | 'id'
  /** Of what is asked for, with spaces between several. */
  scope: string
  /** For issuers that want to be told for which API a token is. */
  audience: string | undefined
}

export type SignInSettings = { by: 'link' } | { by: 'issuer'; issuer: IssuerSettings }

/** Somebody has to correct the file. */
export class WrongSettings extends Error {}

type Fetch = (url: string, init: RequestInit) => Promise<Response>

const TIMEOUT_MS = 10_000

/** Rejects with WrongSettings; with another error when the server could not be asked, which says nothing of the way. */
export async function readSignInSettings(fetch: Fetch): Promise<SignInSettings> {
  const answer = await fetch(SIGN_IN_FILE, { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (answer.status === 204 || answer.status === 404) return { by: 'link' }
  if (!answer.ok) throw new Error(`${SIGN_IN_FILE}: ${answer.status}`)
  // A server that knows nothing of the file answers with the page.
  if (/^text\/html\b/i.test(answer.headers.get('content-type') ?? '')) return { by: 'link' }
  return { by: 'issuer', issuer: parseSettings(await answer.text()) }
}

const NAMES = ['issuer', 'clientId', 'token', 'scope', 'audience']

/** Throws WrongSettings. */
export function parseSettings(text: string): IssuerSettings {
  const given = jsonObjectOf(text)
  if (given === undefined) throw new WrongSettings('it is no JSON object')
  const unknown = Object.keys(given).find(name => !NAMES.includes(name))
  if (unknown !== undefined) throw new WrongSettings(`"${unknown}" is no setting`)
  const { issuer, clientId, token = 'access', scope = 'openid', audience } = given
  if (!isText(issuer) || !isIssuer(issuer)) throw new WrongSettings('issuer: an https address is wanted')
  if (!isText(clientId)) throw new WrongSettings('clientId: a text is wanted')
  if (token !== 'access' && token !== 'id') throw new WrongSettings('token: "access" or "id" is wanted')
  // Without it there is no ID token, whose nonce says that an answer belongs to this sign-in.
  if (!isText(scope) || !scope.split(' ').includes('openid')) throw new WrongSettings('scope: needs openid')
  if (audience !== undefined && !isText(audience)) throw new WrongSettings('audience: a text is wanted')
  return { issuer, clientId, token, scope, audience }
}

const isText = (value: unknown): value is string => typeof value === 'string' && /^[\x20-\x7e]{1,512}$/.test(value)

function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, search, hash, username, password } = new URL(text)
  const isPlain = search + hash + username + password === ''
  return isPlain && (protocol === 'https:' || (protocol === 'http:' && isOnThisMachine(text)))
}

/** There, browsers trust http as they do https. */
export const isOnThisMachine = (address: string): boolean =>
  ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(address).hostname)
