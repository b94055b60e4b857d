/** GET /disputes. */
import { describe, expect, test } from '@jest/globals'
import { disputeListView } from '../../shared/contracts/routes/list-disputes.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { listedDispute } from '../../shared/settlement/fake-dispute-reader.ts'
import { createHandlerPorts, type HandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './list-disputes.ts'

const list = async (ports: HandlerPorts, query?: Record<string, string>) =>
  (await createHandler(ports)(httpEvent({ route: 'GET /disputes', query }) as never, contextOf())) as HttpResult

const [{ paymentId }] = [listedDispute(1)]

function withDisputes() {
  const ports = createHandlerPorts()
  ports.disputeReader.disputes.push(
    listedDispute(1, { state: 'WON', closedAtMs: 1 }),
    listedDispute(2, { merchantId: 'other' }),
    listedDispute(3, { paymentId }),
  )
  return ports
}

const numbersIn = (result: HttpResult) =>
  disputeListView.parse(jsonOf(result)).items.map(({ disputeId }) => Number(disputeId.at(-1)))

describe('GET /disputes', () => {
  test('200 with the newest first; the cursor leads to the rest', async () => {
    const ports = withDisputes()
    const first = await list(ports, { limit: '2' })
    const second = await list(ports, { limit: '2', cursor: jsonOf(first).nextCursor })

    expect(first.statusCode).toBe(200)
    expect([numbersIn(first), numbersIn(second)]).toEqual([[3, 2], [1]])
    expect(jsonOf(second).nextCursor).toBeNull()
  })

  test.each<[Record<string, string>, number[]]>([
    [{ merchantId: 'shop' }, [3, 1]],
    [{ paymentId }, [3, 1]],
    [{ state: 'OPEN' }, [3, 2]],
    [{ paymentId, state: 'WON' }, [1]],
    [{ state: 'LOST' }, []],
  ])('200 for %p', async (query, numbers) => {
    expect(numbersIn(await list(withDisputes(), query))).toEqual(numbers)
  })

  test.each<Record<string, string>>([
    { cursor: 'abc' },
    { cursor: Buffer.from('out_01M80000000000000000000001').toString('base64url') },
    { limit: '0' },
    { state: 'CLOSED' },
    { paymentId: 'dsp_1' },
    { currency: 'KRW' },
  ])('400 for %p', async query => {
    const result = await list(createHandlerPorts(), query)

    expect(result.statusCode).toBe(400)
    expect(jsonOf(result).details.problems).toMatchObject([{ path: `/${Object.keys(query)[0]}` }])
  })

  test('503 when the database is away', async () => {
    const ports = withDisputes()
    ports.disputeReader.away = true

    expect((await list(ports)).statusCode).toBe(503)
  })
})
