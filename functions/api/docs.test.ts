/** GET /docs. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import type { HttpResult } from '../../shared/http/index.ts'
import { createHandlerPorts } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './docs.ts'

const get = async (given: { headers?: Record<string, string>; query?: Record<string, string> } = {}) =>
  (await createHandler(createHandlerPorts())(
    httpEvent({ route: 'GET /docs', ...given }) as never,
    contextOf(),
  )) as HttpResult

const languageOf = (result: HttpResult) => [
  result.headers['content-language'],
  /<html lang="(\w+)">/.exec(result.body ?? '')?.[1],
]

describe('GET /docs', () => {
  test.each([
    [{}, 'en'],
    [{ headers: { 'accept-language': 'ko-KR,ko;q=0.9,en;q=0.8' } }, 'ko'],
    [{ headers: { 'accept-language': 'ko' }, query: { lang: 'en' } }, 'en'],
    [{ query: { lang: 'ko' } }, 'ko'],
    [{ headers: { 'accept-language': 'ko' }, query: { lang: 'xx' } }, 'ko'],
  ])('%j is answered in %s', async (given, language) => {
    const result = await get(given)

    expect([result.statusCode, result.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(languageOf(result)).toEqual([language, language])
    expect(result.headers.vary).toBe('accept-language')
  })

  test('lets a browser load nothing but its own style', async () => {
    const { headers, body = '' } = await get()
    const style = /<style>(.*?)<\/style>/s.exec(body)![1]!
    const hash = createHash('sha256').update(style).digest('base64')

    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  test('its commands name the address that it was asked at', async () => {
    const { body = '' } = await get({ headers: { host: '127.0.0.1:18080' } })

    expect(body).toContain('http://127.0.0.1:18080/payments/authorize')
    expect(body).not.toContain('127.0.0.1:8080')
  })
})
