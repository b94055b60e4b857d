/** GET /openapi.json. */
import { describe, expect, test } from '@jest/globals'
import description from '../../docs/openapi.json' with { type: 'json' }
import type { HttpResult } from '../../shared/http/index.ts'
import { createHandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './openapi.ts'

const get = async (headers: Record<string, string>) =>
  (await createHandler(createHandlerPorts())(
    httpEvent({ route: 'GET /openapi.json', headers }) as never,
    contextOf(),
  )) as HttpResult

describe('GET /openapi.json', () => {
  test('200 with the document, its first server being the address that was asked at', async () => {
    const result = await get({ host: 'pay.example', 'x-forwarded-proto': 'https' })

    expect([result.statusCode, result.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
    const { servers, ...rest } = jsonOf(result)
    expect(servers[0].url).toBe('https://pay.example')
    expect(JSON.stringify(rest)).toContain("curl -i 'https://pay.example/health/live'")
    expect({ ...rest, servers: servers.slice(1), paths: null }).toEqual({
      ...description,
      servers: description.servers.slice(1),
      paths: null,
    })
  })

  test.each(['127.0.0.1:18080', 'localhost:8080', '[::1]:8080'])(
    'http for %s, which has no proxy before it',
    async host => {
      expect(jsonOf(await get({ host })).servers[0].url).toBe(`http://${host}`)
    },
  )

  test.each(['evil.example"><script>', 'a b', 'host/path', "x';rm -rf /;'", '$(id)', ''])(
    'a Host that can be no host (%j) is not repeated',
    async host => {
      expect(jsonOf(await get({ host }))).toEqual(description)
    },
  )
})
