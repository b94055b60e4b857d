/** GET /operator/dead-letters: states, pages, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/list-dead-letters.ts'
import { ask, createConsoleOfViewer } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { letterAt } from '../../test/unit/letters.ts'
import { createHandler } from './list-dead-letters.ts'

const ROUTE = 'GET /operator/dead-letters'

async function withLetters(count: number) {
  const { books, ports, headers } = await createConsoleOfViewer()
  for (let offset = 0; offset < count; offset++)
    await books.transactions.run('letters', tx => books.deadLetterRows.put(tx, letterAt(offset)))
  const list = (query?: Record<string, string>, sent = headers) =>
    ask(createHandler(ports) as never, { route: ROUTE, query, headers: sent })
  return { books, ports, list }
}

describe(ROUTE, () => {
  test('200 with the newest first; the cursor leads to the rest', async () => {
    const { list } = await withLetters(3)
    const first = contract.answers[200].parse(jsonOf(await list({ limit: '2', state: 'WAITING' })))
    const second = contract.answers[200].parse(
      jsonOf(await list({ limit: '2', state: 'WAITING', cursor: first.nextCursor! })),
    )

    expect([first, second].map(({ items }) => items.map(({ offset }) => offset))).toEqual([[2, 1], [0]])
    expect(second).toMatchObject({ nextCursor: null, waiting: { count: 3 } })
  })

  test.each<Record<string, string>>([{ cursor: 'abc' }, { state: 'waiting' }, { limit: '0' }, { offset: '1' }])(
    '400 for %p',
    async query => {
      const { list } = await withLetters(0)
      const result = await list(query)

      expect(result.statusCode).toBe(400)
      expect(jsonOf(result).details.problems).toMatchObject([{ path: `/${Object.keys(query)[0]}` }])
    },
  )

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    const { ports, list } = await withLetters(0)

    expect((await list({}, {})).statusCode).toBe(401)
    expect((await list({}, { host: 'evil.example' })).statusCode).toBe(403)
    ports.limiter.refusing = 'ip'
    expect((await list()).statusCode).toBe(429)
  })

  test('503 when the database is away', async () => {
    const { books, list } = await withLetters(0)
    books.transactions.away = true

    expect((await list()).statusCode).toBe(503)
  })
})
