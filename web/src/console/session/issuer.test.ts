/** Signing in at an issuer over real HTTP: one that checks what providers check, and what is made of each of its answers. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { generateKeyPair } from 'jose'
import { jwtAuthorizer } from '../../../../test/support/issuer/jwt-authorizer.ts'
import { TestIssuer } from '../../../../test/support/issuer/test-issuer.ts'
import { createIssuer, type Issuer } from './issuer.ts'
import { type IssuerSettings, parseSettings } from './sign-in-settings.ts'
import type { Attempt } from './take-callback.ts'

const PAGE = 'https://pay.example'
const NOW_MS = Date.now()

let provider: TestIssuer
let settings: IssuerSettings
let issuer: Issuer
beforeAll(async () => {
  const accounts = { kim: { groups: ['staff', 'viewer'], role: 'approver' }, nobody: {} }
  provider = await TestIssuer.listen({ clientId: 'console', pageOrigin: PAGE, accounts })
})
afterAll(() => provider?.close())
beforeEach(() => {
  provider.reset()
  settings = parseSettings(JSON.stringify({ issuer: provider.url, clientId: 'console' }))
  issuer = issuerOf()
})

const issuerOf = (changes: Partial<IssuerSettings> = {}) =>
  createIssuer(
    { ...settings, ...changes },
    { fetch: (url, init) => fetch(url, init), nowMs: () => NOW_MS, origin: PAGE },
  )

/** From the click until the issuer has sent back. */
async function sentBack(by: Issuer = issuer, account = 'kim') {
  const { address, attempt } = await by.begin(false)
  const back = new URL(provider.signIn(address, account))
  return { parameters: back.searchParams, attempt: { ...attempt, returnTo: '/console' } satisfies Attempt }
}
async function signedIn(by: Issuer = issuer) {
  const { parameters, attempt } = await sentBack(by)
  return by.exchange(parameters, attempt)
}
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())
const tokenLines = () => provider.linesOf('POST /token')

describe('beginning', () => {
  test('asks for a code, with PKCE by S256, a state and a nonce, and never the same twice', async () => {
    const begun = [await issuer.begin(false), await issuer.begin(false)]
    const [first, second] = begun.map(({ address }) => Object.fromEntries(new URL(address).searchParams))
    expect(first).toEqual({
      response_type: 'code',
      client_id: 'console',
      redirect_uri: `${PAGE}/console/signed-in`,
      scope: 'openid',
      state: begun[0]!.attempt.state,
      nonce: begun[0]!.attempt.nonce,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    for (const name of ['state', 'nonce', 'code_challenge'] as const) expect(first![name]).not.toBe(second![name])
    expect(JSON.stringify(first)).not.toContain(begun[0]!.attempt.verifier)
    // The metadata is asked for once.
    expect(provider.asked).toHaveLength(1)
  })

  test('names the audience and asks for another account where it is told to', async () => {
    const { address } = await issuerOf({ audience: 'https://pay.example/api', scope: 'openid offline_access' }).begin(
      true,
    )
    expect(Object.fromEntries(new URL(address).searchParams)).toMatchObject({
      audience: 'https://pay.example/api',
      scope: 'openid offline_access',
      prompt: 'login',
    })
  })
})

describe('exchanging the code', () => {
  test('gives the access token, its end by this clock, and the refresh token', async () => {
    const tokens = await signedIn()
    expect(claimsOf(tokens.sent)).toMatchObject({ client_id: 'console', username: 'kim', token_use: 'access' })
    expect(tokens).toMatchObject({ expiresAtMs: NOW_MS + 300_000, refresh: expect.any(String) })
    const [asked] = provider.asked.filter(({ line }) => line.startsWith('POST /token'))
    expect(asked!.headers.cookie).toBeUndefined()
    expect(asked!.headers.authorization).toBeUndefined()
  })

  test('gives the ID token where the settings say so, with the time between its own two', async () => {
    const tokens = await signedIn(issuerOf({ token: 'id' }))
    expect(claimsOf(tokens.sent)).toMatchObject({ aud: 'console', 'custom:role': 'approver', token_use: 'id' })
    expect(tokens.expiresAtMs).toBe(NOW_MS + 300_000)
  })

  test('works once: the code is refused the second time, and what the first time gave is taken back', async () => {
    const { parameters, attempt } = await sentBack()
    const { refresh } = await issuer.exchange(parameters, attempt)
    await expect(issuer.exchange(parameters, attempt)).rejects.toMatchObject({ why: 'refused' })
    await expect(issuer.renew(refresh!)).rejects.toMatchObject({ why: 'refused' })
  })

  test('needs the verifier of its own attempt', async () => {
    const [one, other] = [await sentBack(), await sentBack()]
    const mixed = { ...one.attempt, verifier: other.attempt.verifier }
    await expect(issuer.exchange(one.parameters, mixed)).rejects.toMatchObject({ why: 'refused' })
  })

  test('of another state, or of another issuer, is not even tried', async () => {
    const { parameters, attempt } = await sentBack()
    const forged = [new URLSearchParams(parameters), new URLSearchParams(parameters), new URLSearchParams(parameters)]
    forged[0]!.set('state', 'forged')
    forged[1]!.set('iss', 'https://evil.example')
    forged[2]!.append('state', attempt.state)
    for (const wrong of forged)
      await expect(issuer.exchange(wrong, attempt)).rejects.toMatchObject({ why: 'untrusted' })
    expect(tokenLines()).toEqual([])
  })

  test.each<[string, Record<string, unknown>]>([
    ['another nonce', { nonce: 'of-another-sign-in' }],
    ['no nonce', { nonce: undefined }],
    ['another client', { aud: 'other' }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['the past', { exp: 1 }],
  ])('an ID token for %s is not taken', async (_, idClaims) => {
    const { parameters, attempt } = await sentBack()
    provider.knobs.idClaims = idClaims
    await expect(issuer.exchange(parameters, attempt)).rejects.toMatchObject({ why: 'untrusted' })
  })

  test('a refusal of the issuer is one', async () => {
    const { address, attempt } = await issuer.begin(false)
    const { searchParams } = new URL(provider.refuse(address))
    await expect(issuer.exchange(searchParams, { ...attempt, returnTo: '' })).rejects.toMatchObject({ why: 'refused' })
    expect(tokenLines()).toEqual([])
  })
})

describe('renewing', () => {
  test('gives the next tokens, and the refresh token before them works no more', async () => {
    const first = await signedIn()
    const second = await issuer.renew(first.refresh!)
    expect(second.refresh).not.toBe(first.refresh)
    expect(claimsOf(second.sent).username).toBe('kim')
    await expect(issuer.renew(first.refresh!)).rejects.toMatchObject({ why: 'refused' })
    await expect(issuer.renew(second.refresh!)).rejects.toMatchObject({ why: 'refused' })
  })

  test('of ID tokens gives the next ID token', async () => {
    const byId = issuerOf({ token: 'id' })
    const { refresh } = await signedIn(byId)
    expect(claimsOf((await byId.renew(refresh!)).sent)).toMatchObject({ token_use: 'id' })
  })

  test('keeps the refresh token where the issuer gives no other', async () => {
    const { refresh } = await signedIn()
    provider.knobs.givesRefreshTokens = false
    expect((await issuer.renew(refresh!)).refresh).toBe(refresh)
  })

  test('a token that was revoked renews nothing', async () => {
    const { refresh } = await signedIn()
    await issuer.revoke(refresh!)
    await expect(issuer.renew(refresh!)).rejects.toMatchObject({ why: 'refused' })
  })
})

describe('ending', () => {
  test('leads to the issuer’s own end, with no token in the address', async () => {
    const { refresh, sent } = await signedIn()
    const address = (await issuer.endAddress())!
    expect(Object.fromEntries(new URL(address).searchParams)).toEqual({
      client_id: 'console',
      post_logout_redirect_uri: `${PAGE}/console`,
      logout_uri: `${PAGE}/console`,
    })
    for (const secret of [refresh!, sent]) expect(address).not.toContain(secret)
  })

  test('leads nowhere where there is none', async () => {
    provider.knobs.hasEndSession = false
    expect(await issuer.endAddress()).toBeUndefined()
  })
})

describe('an issuer that cannot answer', () => {
  test('is away, and is asked again the next time', async () => {
    const { parameters, attempt } = await sentBack()
    const { refresh } = await signedIn()
    const fresh = issuerOf()
    provider.knobs.isAway = true
    for (const wanted of [fresh.begin(false), issuer.exchange(parameters, attempt), issuer.renew(refresh!)])
      await expect(wanted).rejects.toMatchObject({ why: 'issuerAway' })
    provider.knobs.isAway = false
    await fresh.begin(false)
  })

  test('is away when nobody listens there', async () => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await new Promise(resolve => server.close(resolve))
    const nobody = issuerOf({ issuer: `http://127.0.0.1:${port}` })
    await expect(nobody.begin(false)).rejects.toMatchObject({ why: 'issuerAway' })
  })

  test('that calls itself another is not trusted', async () => {
    const other = issuerOf({ issuer: `${provider.url}/` })
    await other.begin(false)
    const foreign = issuerOf({ issuer: provider.url.replace('127.0.0.1', 'localhost') })
    await expect(foreign.begin(false)).rejects.toMatchObject({ why: 'untrusted' })
  })
})

describe('the authorizer of these tests', () => {
  test('lets a token of the issuer pass, with claims as API Gateway writes them', async () => {
    const authorizer = jwtAuthorizer(provider.url, ['console'])
    const { sent } = await signedIn()
    expect(await authorizer(`Bearer ${sent}`)).toMatchObject({
      'cognito:groups': '[staff viewer]',
      client_id: 'console',
      exp: String(claimsOf(sent).exp),
    })
    const byId = await signedIn(issuerOf({ token: 'id' }))
    expect(await authorizer(`Bearer ${byId.sent}`)).toMatchObject({ 'custom:role': 'approver', email: 'kim' })
  })

  test.each<[string, () => Promise<string | undefined> | string | undefined]>([
    ['no token', () => undefined],
    ['no JWT', () => 'Bearer abc'],
    ['one that is over', () => provider.token({ client_id: 'console' }, -1)],
    ['one for another', () => provider.token({ client_id: 'console', aud: 'other' })],
    ['one for nobody', () => provider.token({})],
    ['one of another issuer', () => provider.token({ client_id: 'console', iss: 'https://evil.example' })],
    [
      'one that somebody else has signed',
      async () => provider.token({ client_id: 'console' }, 300, (await generateKeyPair('RS256')).privateKey),
    ],
  ])('and refuses %s', async (_, token) => {
    const given = await token()
    expect(await jwtAuthorizer(provider.url, ['console'])(given)).toBeUndefined()
  })
})
