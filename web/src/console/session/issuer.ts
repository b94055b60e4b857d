/**
 * The OpenID provider that signs operators in: the authorization code flow with PKCE, as a public client. Loaded only where the page's
 * server names one, because the library is needed nowhere else.
 */
import * as oauth from 'oauth4webapi'
import { type IssuerSettings, isOnThisMachine } from './sign-in-settings.ts'
import { type Attempt, CALLBACK_PATH, type Callback } from './take-callback.ts'
import type { Tokens } from './tokens.ts'

export type IssuerRefusal =
  /** It could not be asked, or cannot answer now. */
  | 'issuerAway'
  /** It said no. */
  | 'refused'
  /** What it said does not belong to what it was asked, or is not as agreed. */
  | 'untrusted'

export class IssuerFailure extends Error {
  readonly why: IssuerRefusal
  constructor(why: IssuerRefusal, cause?: unknown) {
    super(why, { cause })
    this.why = why
  }
}

/** Every promise rejects with an IssuerFailure, and with nothing else. */
export interface Issuer {
  /** The address to go to, and what must be kept until it sends back. `anew`: it asks who somebody is, also when it knows. */
  begin(anew: boolean): Promise<{ address: string; attempt: Omit<Attempt, 'returnTo'> }>
  /** Works once for each callback. */
  exchange(parameters: Callback['parameters'], attempt: Attempt): Promise<Tokens>
  renew(refresh: string): Promise<Tokens>
  /** The refresh token works no more, where the issuer has a place to say so. */
  revoke(refresh: string): Promise<void>
  /** Where its own session is ended; undefined where it has no such place. */
  endAddress(): Promise<string | undefined>
}

export interface IssuerPorts {
  fetch: typeof fetch
  nowMs: () => number
  /** Of the page: the issuer sends back to it. */
  origin: string
}

const TIMEOUT_MS = 10_000
const NEVER_MS = Number.MAX_SAFE_INTEGER

export function createIssuer(settings: IssuerSettings, ports: IssuerPorts): Issuer {
  const parts = partsOf(settings, ports)
  return {
    begin: anew => failing(() => beginAt(parts, anew)),
    exchange: (parameters, attempt) => failing(() => exchangeAt(parts, parameters, attempt)),
    renew: refresh => failing(() => renewAt(parts, refresh)),
    revoke: refresh => failing(() => revokeAt(parts, refresh)),
    endAddress: () => failing(() => endAddressAt(parts)),
  }
}

/** What every request to the issuer is made with. */
interface Parts {
  settings: IssuerSettings
  ports: IssuerPorts
  client: oauth.Client
  /** The issuer's own description of itself. */
  server: () => Promise<oauth.AuthorizationServer>
  options: () => oauth.TokenEndpointRequestOptions
}

function partsOf(settings: IssuerSettings, ports: IssuerPorts): Parts {
  const issuer = new URL(settings.issuer)
  const options = () => ({
    // No cookies, and nothing of it is kept.
    [oauth.customFetch]: (url: string, init: object) =>
      ports.fetch(url, { ...init, credentials: 'omit', cache: 'no-store' }),
    [oauth.allowInsecureRequests]: isOnThisMachine(settings.issuer),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  let found: Promise<oauth.AuthorizationServer> | undefined

  /** Asked once; again only when it failed. */
  function server(): Promise<oauth.AuthorizationServer> {
    found ??= oauth.discoveryRequest(issuer, options()).then(answer => oauth.processDiscoveryResponse(issuer, answer))
    found.catch(() => {
      found = undefined
    })
    return found
  }
  return { settings, ports, client: { client_id: settings.clientId }, server, options }
}

const redirectUriOf = ({ ports }: Parts): string => ports.origin + CALLBACK_PATH

async function beginAt(parts: Parts, anew: boolean) {
  const { issuer, clientId, scope, audience } = parts.settings
  const url = placeOf(parts, (await parts.server()).authorization_endpoint)
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
  const verifier = oauth.generateRandomCodeVerifier()
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUriOf(parts),
    scope,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(audience !== undefined && { audience }),
    ...(anew && { prompt: 'login' }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return { address: url.href, attempt: { state, nonce, verifier, issuer, clientId } }
}

async function exchangeAt(parts: Parts, parameters: URLSearchParams, { state, nonce, verifier }: Attempt) {
  const { client, options } = parts
  const server = await parts.server()
  const sentBack = oauth.validateAuthResponse(server, client, parameters, state)
  const ask = oauth.authorizationCodeGrantRequest
  const answer = await ask(server, client, oauth.None(), sentBack, redirectUriOf(parts), verifier, options())
  const expected = { expectedNonce: nonce, requireIdToken: true }
  return tokensOf(parts, await oauth.processAuthorizationCodeResponse(server, client, answer, expected))
}

async function renewAt(parts: Parts, refresh: string) {
  const server = await parts.server()
  const answer = await oauth.refreshTokenGrantRequest(server, parts.client, oauth.None(), refresh, parts.options())
  return tokensOf(parts, await oauth.processRefreshTokenResponse(server, parts.client, answer), refresh)
}

async function revokeAt(parts: Parts, refresh: string): Promise<void> {
  const server = await parts.server()
  if (server.revocation_endpoint === undefined) return
  const answer = await oauth.revocationRequest(server, parts.client, oauth.None(), refresh, parts.options())
  await oauth.processRevocationResponse(answer)
}

async function endAddressAt(parts: Parts): Promise<string | undefined> {
  const { end_session_endpoint } = await parts.server()
  if (end_session_endpoint === undefined) return undefined
  const url = placeOf(parts, end_session_endpoint)
  url.searchParams.set('client_id', parts.settings.clientId)
  // No `id_token_hint`: a token does not stand in an address. Cognito has a name of its own for where to go then.
  for (const name of ['post_logout_redirect_uri', 'logout_uri'])
    url.searchParams.set(name, `${parts.ports.origin}/console`)
  return url.href
}

/** Where the browser is led: by https, as everything is asked of the issuer. */
function placeOf({ settings }: Parts, address: string | undefined): URL {
  if (address === undefined || !URL.canParse(address)) throw new IssuerFailure('untrusted')
  const url = new URL(address)
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isOnThisMachine(settings.issuer))
  if (!isSafe) throw new IssuerFailure('untrusted')
  return url
}

/** `before`: the refresh token that stays, where there is no new one. */
function tokensOf({ settings, ports }: Parts, answer: oauth.TokenEndpointResponse, before?: string): Tokens {
  const refresh = answer.refresh_token ?? before ?? null
  if (settings.token === 'access') {
    const { access_token: sent, expires_in } = answer
    // Of one whose end is not said, a 401 will tell.
    return { sent, expiresAtMs: expires_in === undefined ? NEVER_MS : ports.nowMs() + expires_in * 1_000, refresh }
  }
  const claims = oauth.getValidatedIdTokenClaims(answer)
  if (answer.id_token === undefined || claims === undefined) throw new IssuerFailure('untrusted')
  // The issuer's two times, so that a clock of this machine that is wrong does not matter.
  return { sent: answer.id_token, expiresAtMs: ports.nowMs() + (claims.exp - claims.iat) * 1_000, refresh }
}

async function failing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof IssuerFailure ? error : new IssuerFailure(whyOf(error), error)
  }
}

function whyOf(error: unknown): IssuerRefusal {
  if (error instanceof oauth.ResponseBodyError) return isAway(error.status) ? 'issuerAway' : 'refused'
  if (error instanceof oauth.WWWAuthenticateChallengeError) return 'refused'
  if (error instanceof oauth.AuthorizationResponseError)
    return ['server_error', 'temporarily_unavailable'].includes(error.error) ? 'issuerAway' : 'refused'
  const isOfLibrary =
    error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError
  if (!isOfLibrary) return 'issuerAway'
  return error.cause instanceof Response && isAway(error.cause.status) ? 'issuerAway' : 'untrusted'
}

const isAway = (status: number): boolean => status >= 500 || status === 429
