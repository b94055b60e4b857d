/** GET /reconciliation/breaks. */
import { describe, expect, test } from '@jest/globals'
import { breakListView } from '../../shared/contracts/routes/list-breaks.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { breakOf, FakeReconReader } from '../../shared/reconciliation/fake-recon-reader.ts'
import { createHandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './list-breaks.ts'

const list = async (reader: FakeReconReader, query?: Record<string, string>) => {
  const ports = { ...createHandlerPorts(), ...reader.ports }
  return (await createHandler(ports)(
    httpEvent({ route: 'GET /reconciliation/breaks', query }) as never,
    contextOf(),
  )) as HttpResult
}

function withBreaks() {
  const reader = new FakeReconReader()
  reader.breaks.push(
    breakOf(1),
    breakOf(2, { class: 'STATUS', currency: 'USD', sourceId: 'bank-operating' }),
    breakOf(3, { state: 'RESOLVED', remainingMinor: 0, closedAtMs: 1_000 }),
  )
  return reader
}

const numbersIn = (result: HttpResult) =>
  breakListView.parse(jsonOf(result)).items.map(({ breakId }) => Number(breakId.at(-1)))

describe('GET /reconciliation/breaks', () => {
  test('200 with the newest first; the cursor leads to the rest', async () => {
    const reader = withBreaks()
    const first = await list(reader, { limit: '2' })
    const second = await list(reader, { limit: '2', cursor: jsonOf(first).nextCursor })

    expect(first.statusCode).toBe(200)
    expect([numbersIn(first), numbersIn(second)]).toEqual([[3, 2], [1]])
    expect(jsonOf(second).nextCursor).toBeNull()
    expect(jsonOf(second).items[0]).toMatchObject({
      ...{ class: 'FEE', differences: { fee: { expected: 150, found: 160 } }, booked: 10, remaining: 10 },
      ...{ openedOn: '2026-11-28', closedAt: null, version: 0 },
    })
  })

  test.each<[Record<string, string>, number[]]>([
    [{ class: 'FEE' }, [3, 1]],
    [{ state: 'OPEN' }, [2, 1]],
    [{ sourceId: 'acquirer', state: 'OPEN' }, [1]],
    [{ currency: 'USD' }, [2]],
    [{ class: 'DATE' }, []],
  ])('200 for %p', async (query, numbers) => {
    expect(numbersIn(await list(withBreaks(), query))).toEqual(numbers)
  })

  test.each<Record<string, string>>([
    { cursor: 'abc' },
    { cursor: Buffer.from('rcf_01M80000000000000000000001').toString('base64url') },
    { limit: '0' },
    { class: 'OVER' },
    { state: 'CLOSED' },
    { currency: 'won' },
    { sourceId: 'a b' },
    { assignee: 'kim' },
  ])('400 for %p', async query => {
    const result = await list(new FakeReconReader(), query)

    expect(result.statusCode).toBe(400)
    expect(jsonOf(result).details.problems).toMatchObject([{ path: `/${Object.keys(query)[0]}` }])
  })

  test('503 when the database is away', async () => {
    const reader = withBreaks()
    reader.away = true

    expect((await list(reader)).statusCode).toBe(503)
  })
})
