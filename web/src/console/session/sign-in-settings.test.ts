/** The file that says how operators sign in: what it may say, and what counts as none. */
import { describe, expect, test } from '@jest/globals'
import * as server from '../../../server/page-files.ts'
import { parseSettings, readSignInSettings, SIGN_IN_FILE, WrongSettings } from './sign-in-settings.ts'

const ISSUER = 'https://cognito-idp.ap-northeast-2.amazonaws.com/ap-northeast-2_AbCdEf'
const WHOLE = { issuer: ISSUER, clientId: '3k5n' }

const answering = (status: number, body: string | null, type = 'application/json') =>
  readSignInSettings(async url => {
    expect(url).toBe('/console/sign-in.json')
    return new Response(body, { status, headers: { 'content-type': type } })
  })

describe('readSignInSettings', () => {
  test('asks for the file that the servers know', () => {
    expect(SIGN_IN_FILE).toBe(server.SIGN_IN_FILE)
  })

  test.each([
    ['a server that says that there is none', 204, null, 'text/plain'],
    ['a server without the file', 404, 'Not Found', 'text/plain'],
    ['a server that answers with the page', 200, '<!doctype html>', 'text/html; charset=utf-8'],
  ])('%s: a link signs in', async (_, status, body, type) => {
    expect(await answering(status, body, type)).toEqual({ by: 'link' })
  })

  test('with the file, the issuer does', async () => {
    expect(await answering(200, JSON.stringify(WHOLE))).toEqual({
      by: 'issuer',
      issuer: { issuer: ISSUER, clientId: '3k5n', token: 'access', scope: 'openid', audience: undefined },
    })
  })

  // Falling back to a link would show somebody a way that the deployed API does not have.
  test('a server that cannot answer says nothing of the way', async () => {
    await expect(answering(503, '')).rejects.toThrow('503')
    await expect(answering(503, '')).rejects.not.toBeInstanceOf(WrongSettings)
    await expect(answering(200, '{')).rejects.toBeInstanceOf(WrongSettings)
  })
})

describe('parseSettings', () => {
  const parse = (given: object) => parseSettings(JSON.stringify(given))

  test('takes what may be said', () => {
    const given = { ...WHOLE, token: 'id', scope: 'openid offline_access', audience: 'https://pay.example/api' }
    expect(parse(given)).toEqual(given)
    for (const issuer of ['http://127.0.0.1:9000', 'http://localhost:9000/realm', 'https://x.auth0.com/'])
      expect(parse({ ...WHOLE, issuer }).issuer).toBe(issuer)
  })

  test.each<[string, object]>([
    ['no issuer', { issuer: undefined }],
    ['an issuer by http', { issuer: 'http://issuer.example' }],
    ['an issuer that only looks like this machine', { issuer: 'http://127.0.0.1.evil.example' }],
    ['an issuer with a query', { issuer: `${ISSUER}?a=b` }],
    ['an issuer with a login', { issuer: 'https://a:b@issuer.example' }],
    ['a script for an issuer', { issuer: 'javascript:alert(1)' }],
    ['a path for an issuer', { issuer: '/issuer' }],
    ['no client', { clientId: '' }],
    ['another token', { token: 'refresh' }],
    ['a scope without openid', { scope: 'profile' }],
    ['an audience that is no text', { audience: ['a'] }],
    ['a misspelled name', { client_id: 'x' }],
  ])('%s is refused', (_, given) => {
    expect(() => parse({ ...WHOLE, ...given })).toThrow(WrongSettings)
  })
})
