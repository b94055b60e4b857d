/** POST /operator/session: what a link is exchanged for, and what gets nothing. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/sign-in.ts'
import { ask, createConsole } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createHandler } from './sign-in.ts'

const ROUTE = 'POST /operator/session'

let made: ReturnType<typeof createConsole>
beforeEach(() => {
  made = createConsole()
})

const post = (body: unknown, headers: Record<string, string> = {}) =>
  ask(createHandler(made.ports) as never, { route: ROUTE, body, headers })

describe(ROUTE, () => {
  test('201 with the second secret in the body, and the first in a cookie that no script reads', async () => {
    const result = await post({ secret: await made.linkFor('lee', 'operator') })

    expect(result.statusCode).toBe(201)
    expect(contract.answers[201].parse(jsonOf(result))).toEqual({
      name: 'lee',
      role: 'operator',
      expiresAt: '2026-11-29T08:00:00.000Z',
      idleExpiresAt: '2026-11-29T00:30:00.000Z',
      secret: expect.stringMatching(/^opx_[\w-]{43}$/),
    })
    expect(result.headers['set-cookie']).toMatch(
      /^console_session=ops_[\w-]{43}; Path=\/operator; Max-Age=28800; HttpOnly; SameSite=Strict$/,
    )
    expect(result.headers['cache-control']).toBe('no-store')
    expect(made.rows.sessions).toHaveLength(1)
  })

  test('401 for a link that was used, that is too old, and that never was; nobody is told which', async () => {
    const used = await made.linkFor('lee', 'operator')
    await post({ secret: used })
    const old = await made.linkFor('kim', 'operator')
    made.state.nowMs += 5 * 60_000
    const answers = await Promise.all([used, old, `opl_${'9'.repeat(43)}`].map(secret => post({ secret })))

    for (const result of answers) {
      expect([result.statusCode, jsonOf(result).details]).toEqual([401, {}])
      expect(result.headers).not.toHaveProperty(['set-cookie'])
      expect(result.body).not.toContain('opl_')
    }
    expect(new Set(answers.map(result => jsonOf(result).message)).size).toBe(1)
  })

  test.each([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:9999', 'sec-fetch-site': 'same-site' }],
    ['a name that was rebound', { host: 'evil.example:5173', origin: 'http://evil.example:5173' }],
    ['no origin', { origin: '' }],
  ])('403 from %s, and the link still works', async (_, headers) => {
    const secret = await made.linkFor('lee', 'operator')

    const refused = await post({ secret }, headers)
    expect([refused.statusCode, jsonOf(refused).details]).toEqual([403, { reason: 'origin' }])
    expect(made.tries.begun).toEqual([])
    expect((await post({ secret })).statusCode).toBe(201)
  })

  test('429 beyond the limit of wrong tries, with when the next one is allowed', async () => {
    made.tries.waitSeconds = 4
    const result = await post({ secret: await made.linkFor('lee', 'operator') })

    expect([result.statusCode, jsonOf(result).details, result.headers['retry-after']]).toEqual([
      429,
      { limit: 'ip' },
      '4',
    ])
    expect(made.rows.sessions).toEqual([])
  })

  test.each([{}, { secret: 'opl_short' }, { secret: 1 }, { secret: `opl_${'9'.repeat(43)}`, name: 'kim' }])(
    '400 for %j, which is not repeated',
    async body => {
      const result = await post(body)

      expect([result.statusCode, jsonOf(result).code]).toEqual([400, 'VALIDATION_FAILED'])
      expect(result.body).not.toMatch(/opl_/)
    },
  )

  test('404 where there are no links', async () => {
    made = createConsole({ kind: 'closed' })

    expect((await post({ secret: `opl_${'9'.repeat(43)}` })).statusCode).toBe(404)
  })
})
