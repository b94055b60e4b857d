/** GET /payouts. */
import { describe, expect, test } from '@jest/globals'
import { payoutListView } from '../../shared/contracts/routes/list-payouts.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { payoutOf } from '../../shared/settlement/fake-settlements.ts'
import { createHandlerPorts, type HandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './list-payouts.ts'

const list = async (ports: HandlerPorts, query?: Record<string, string>) =>
  (await createHandler(ports)(httpEvent({ route: 'GET /payouts', query }) as never, contextOf())) as HttpResult

function withPayouts() {
  const ports = createHandlerPorts()
  ports.settlementReader.payouts.push(
    payoutOf(1, { state: 'FAILED', failure: 'account closed' }),
    payoutOf(2, { merchantId: 'other' }),
    payoutOf(3, { attempt: 2 }),
  )
  return ports
}

const numbersIn = (result: HttpResult) =>
  payoutListView.parse(jsonOf(result)).items.map(({ payoutId }) => Number(payoutId.at(-1)))

describe('GET /payouts', () => {
  test('200 with the newest first; the cursor leads to the rest', async () => {
    const ports = withPayouts()
    const first = await list(ports, { limit: '2' })
    const second = await list(ports, { limit: '2', cursor: jsonOf(first).nextCursor })

    expect(first.statusCode).toBe(200)
    expect([numbersIn(first), numbersIn(second)]).toEqual([[3, 2], [1]])
    expect(jsonOf(second).nextCursor).toBeNull()
  })

  test.each<[Record<string, string>, number[]]>([
    [{ merchantId: 'shop' }, [3, 1]],
    [{ state: 'CREATED' }, [3, 2]],
    [{ merchantId: 'shop', state: 'FAILED' }, [1]],
    [{ state: 'PAID' }, []],
  ])('200 for %p', async (query, numbers) => {
    expect(numbersIn(await list(withPayouts(), query))).toEqual(numbers)
  })

  test.each<Record<string, string>>([
    { cursor: 'abc' },
    { cursor: Buffer.from('bat_01M80000000000000000000001').toString('base64url') },
    { limit: '0' },
    { state: 'CLOSED' },
    { currency: 'KRW' },
  ])('400 for %p', async query => {
    const result = await list(createHandlerPorts(), query)

    expect(result.statusCode).toBe(400)
    expect(jsonOf(result).details.problems).toMatchObject([{ path: `/${Object.keys(query)[0]}` }])
  })

  test('503 when the database is away', async () => {
    const ports = withPayouts()
    ports.settlementReader.away = true

    expect((await list(ports)).statusCode).toBe(503)
  })
})
