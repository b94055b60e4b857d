/**
 * An OpenID provider for tests, over real HTTP: the authorization code flow with PKCE for one public client. It really checks what a
 * provider checks: client, redirect_uri, PKCE, codes and refresh tokens that work once. Its accounts need no password.
 */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

type Key = Awaited<ReturnType<typeof generateKeyPair>>['privateKey']

/** Where Cognito has them: groups in both tokens, attributes in the ID token alone. */
export interface Account {
  groups?: string[]
  /** `custom:role`. */
  role?: string
}

export interface TestIssuerOptions {
  clientId: string
  /** Of the page: its addresses are registered, and it may read answers. */
  pageOrigin: string
  accounts: Record<string, Account>
}

/** What a test may turn, from the next answer on. */
export interface Knobs {
  givesRefreshTokens: boolean
  /** Put over the claims of the ID token. */
  idClaims: Record<string, unknown>
  /** Every endpoint answers 503. */
  isAway: boolean
  hasEndSession: boolean
}

interface Grant {
  account: string
  nonce: string | null
}

interface Code extends Grant {
  challenge: string
  redirectUri: string
  /** The grant that it became, once it was used. */
  used?: string
}

const TOKEN_SECONDS = 300

const KNOBS: Knobs = {
  givesRefreshTokens: true,
  idClaims: {},
  isAway: false,
  hasEndSession: true,
}

export class TestIssuer {
  readonly knobs: Knobs = { ...KNOBS }
  /** Every request to it, the oldest first: `POST /token code=… …`. */
  readonly asked: { line: string; parameters: URLSearchParams; headers: IncomingMessage['headers'] }[] = []
  readonly #options: TestIssuerOptions
  readonly #server: Server
  readonly #key: Key
  readonly #jwk: JWK
  readonly #codes = new Map<string, Code>()
  /** By the refresh token that works. */
  readonly #refreshTokens = new Map<string, Grant>()
  /** To the refresh token that came after it. */
  readonly #usedRefreshTokens = new Map<string, string>()

  private constructor(options: TestIssuerOptions, key: Key, jwk: JWK) {
    this.#options = options
    this.#key = key
    this.#jwk = { ...jwk, kid: 'of-the-test', alg: 'RS256', use: 'sig' }
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(error => response.writeHead(500).end(String(error)))
    })
  }

  static async listen(options: TestIssuerOptions): Promise<TestIssuer> {
    const { privateKey, publicKey } = await generateKeyPair('RS256')
    const issuer = new TestIssuer(options, privateKey, await exportJWK(publicKey))
    issuer.#server.listen(0, '127.0.0.1')
    await once(issuer.#server, 'listening')
    return issuer
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  reset(): void {
    Object.assign(this.knobs, KNOBS)
    this.asked.length = 0
  }

  linesOf(begin: string): string[] {
    return this.asked.map(({ line }) => line).filter(line => line.startsWith(begin))
  }

  /** As the page of the account would answer: the address to go back to. */
  signIn(address: string, account: string): string {
    const { searchParams } = new URL(address)
    const problem = this.#problemIn(searchParams)
    if (problem !== undefined) throw new Error(problem)
    const code = randomBytes(16).toString('base64url')
    const redirectUri = searchParams.get('redirect_uri')!
    const [challenge, nonce] = [searchParams.get('code_challenge')!, searchParams.get('nonce')]
    this.#codes.set(code, { account, nonce, challenge, redirectUri })
    return withParameters(redirectUri, { code, state: searchParams.get('state') ?? '', iss: this.url })
  }

  refuse(address: string): string {
    const { searchParams } = new URL(address)
    const state = searchParams.get('state') ?? ''
    return withParameters(searchParams.get('redirect_uri')!, { error: 'access_denied', state, iss: this.url })
  }

  /** One that nobody is given: for what a request with it must not get. */
  token(claims: Record<string, unknown>, seconds = TOKEN_SECONDS, key: Key = this.#key): Promise<string> {
    const nowSeconds = Math.floor(Date.now() / 1_000)
    return new SignJWT({ iss: this.url, iat: nowSeconds, exp: nowSeconds + seconds, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'of-the-test' })
      .sign(key)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.url)
    const body = Buffer.concat(await request.toArray()).toString()
    const parameters = request.method === 'POST' ? new URLSearchParams(body) : url.searchParams
    const route = `${request.method} ${url.pathname}`
    this.asked.push({ line: `${route} ${parameters}`, parameters, headers: request.headers })
    response.setHeader('access-control-allow-origin', this.#options.pageOrigin)
    response.setHeader('cache-control', 'no-store')
    if (this.knobs.isAway) return json(response, 503, { error: 'temporarily_unavailable' })
    switch (route) {
      case 'GET /.well-known/openid-configuration':
        return json(response, 200, this.#metadata())
      case 'GET /jwks':
        return json(response, 200, { keys: [this.#jwk] })
      case 'GET /authorize':
        return this.#choose(response, url)
      case 'POST /token':
        return this.#token(response, parameters)
      case 'POST /revoke':
        this.#refreshTokens.delete(parameters.get('token') ?? '')
        return json(response, 200, {})
      case 'GET /end':
        return this.#end(response, parameters)
      default:
        return json(response, 404, {})
    }
  }

  #metadata() {
    return {
      issuer: this.url,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      revocation_endpoint: `${this.url}/revoke`,
      jwks_uri: `${this.url}/jwks`,
      ...(this.knobs.hasEndSession && { end_session_endpoint: `${this.url}/end` }),
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    }
  }

  /** A page with a link for each account. */
  #choose(response: ServerResponse, url: URL): void {
    const problem = this.#problemIn(url.searchParams)
    if (problem !== undefined) {
      json(response, 400, { error: 'invalid_request', error_description: problem })
      return
    }
    const links = Object.keys(this.#options.accounts).map(
      name => `<li><a href="${inHtml(this.signIn(url.href, name))}">${inHtml(name)}</a></li>`,
    )
    const refuse = `<li><a href="${inHtml(this.refuse(url.href))}">cancel</a></li>`
    const page = `<!doctype html><html lang="en"><title>Sign in</title><h1>Sign in</h1><ul>${links.join('')}${refuse}</ul>`
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
  }

  #problemIn(parameters: URLSearchParams): string | undefined {
    const { clientId, pageOrigin } = this.#options
    if (parameters.get('response_type') !== 'code') return 'response_type'
    if (parameters.get('client_id') !== clientId) return 'client_id'
    if (parameters.get('redirect_uri') !== `${pageOrigin}/console/signed-in`) return 'redirect_uri is not registered'
    if (parameters.get('code_challenge_method') !== 'S256' || !parameters.get('code_challenge')) return 'PKCE is wanted'
    if (!parameters.get('scope')?.split(' ').includes('openid')) return 'scope'
  }

  async #token(response: ServerResponse, parameters: URLSearchParams): Promise<void> {
    if (parameters.get('client_id') !== this.#options.clientId) return json(response, 401, { error: 'invalid_client' })
    const grant =
      parameters.get('grant_type') === 'refresh_token' ? this.#renewed(parameters) : this.#exchanged(parameters)
    if (grant === undefined) return json(response, 400, { error: 'invalid_grant' })
    json(response, 200, await this.#tokensOf(grant.grant, grant.refresh))
  }

  /** A code that comes twice was stolen: what the first use got is taken back. */
  #exchanged(parameters: URLSearchParams): { grant: Grant; refresh: string } | undefined {
    const code = this.#codes.get(parameters.get('code') ?? '')
    if (code?.used !== undefined) this.#revokeAll(code.used)
    const challenge = createHash('sha256')
      .update(parameters.get('code_verifier') ?? '')
      .digest('base64url')
    const isGood =
      code !== undefined &&
      code.used === undefined &&
      code.challenge === challenge &&
      code.redirectUri === parameters.get('redirect_uri')
    if (!isGood) return undefined
    const refresh = this.#newRefreshToken(code)
    code.used = refresh
    return { grant: code, refresh }
  }

  #renewed(parameters: URLSearchParams): { grant: Grant; refresh: string } | undefined {
    const before = parameters.get('refresh_token') ?? ''
    if (this.#usedRefreshTokens.has(before)) this.#revokeAll(before)
    const grant = this.#refreshTokens.get(before)
    if (grant === undefined) return undefined
    this.#refreshTokens.delete(before)
    const refresh = this.#newRefreshToken({ account: grant.account, nonce: null })
    this.#usedRefreshTokens.set(before, refresh)
    return { grant: { account: grant.account, nonce: null }, refresh }
  }

  #newRefreshToken(grant: Grant): string {
    const refresh = randomBytes(24).toString('base64url')
    this.#refreshTokens.set(refresh, grant)
    return refresh
  }

  #revokeAll(first: string): void {
    for (let token: string | undefined = first; token !== undefined; token = this.#usedRefreshTokens.get(token))
      this.#refreshTokens.delete(token)
  }

  async #tokensOf({ account, nonce }: Grant, refresh: string) {
    const { clientId, accounts } = this.#options
    const { groups, role } = accounts[account]!
    const { givesRefreshTokens, idClaims } = this.knobs
    const shared = { sub: `sub-${account}`, ...(groups && { 'cognito:groups': groups }) }
    return {
      access_token: await this.token({
        ...{ ...shared, client_id: clientId, token_use: 'access', username: account },
        jti: randomBytes(8).toString('hex'),
      }),
      id_token: await this.token({
        ...{ ...shared, aud: clientId, token_use: 'id', email: account, ...(nonce !== null && { nonce }) },
        ...(role && { 'custom:role': role }),
        ...idClaims,
      }),
      token_type: 'Bearer',
      expires_in: TOKEN_SECONDS,
      ...(givesRefreshTokens && { refresh_token: refresh }),
    }
  }

  #end(response: ServerResponse, parameters: URLSearchParams): void {
    const back = parameters.get('post_logout_redirect_uri')
    const isRegistered =
      back === `${this.#options.pageOrigin}/console` && parameters.get('client_id') === this.#options.clientId
    if (isRegistered) response.writeHead(302, { location: back }).end()
    else json(response, 400, { error: 'invalid_request' })
  }
}

function withParameters(address: string, parameters: Record<string, string>): string {
  const url = new URL(address)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}

const inHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
