/** GET /disputes/{disputeId}. */
import { describe, expect, test } from '@jest/globals'
import { disputeView } from '../../shared/contracts/dispute-views.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { listedDispute } from '../../shared/settlement/fake-dispute-reader.ts'
import { createHandlerPorts, type HandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './get-dispute.ts'

const get = async (ports: HandlerPorts, disputeId: string) => {
  const call = { route: 'GET /disputes/{disputeId}', pathParameters: { disputeId } }
  return (await createHandler(ports)(httpEvent(call) as never, contextOf())) as HttpResult
}

const OPENED_AT_MS = Date.UTC(2026, 10, 26)
const { disputeId, paymentId, externalRef } = listedDispute(1)

function withDispute(given: Parameters<typeof listedDispute>[1] = {}) {
  const ports = createHandlerPorts()
  ports.disputeReader.disputes.push(listedDispute(1, { openedAtMs: OPENED_AT_MS, feeMinor: 15_000, ...given }))
  return ports
}

describe('GET /disputes/{disputeId}', () => {
  test('200 with what was taken back, and of which capture', async () => {
    const result = await get(withDispute(), disputeId)

    expect(result.statusCode).toBe(200)
    expect(disputeView.parse(jsonOf(result))).toEqual({
      ...{ disputeId, paymentId, externalRef, merchantId: 'shop', currency: 'KRW', state: 'OPEN' },
      ...{ amount: 10_000, fee: 15_000, openedAt: '2026-11-26T00:00:00.000Z', closedAt: null },
    })
  })

  test('200 with when it was won', async () => {
    const ports = withDispute({ state: 'WON', closedAtMs: OPENED_AT_MS + 1 })

    expect(jsonOf(await get(ports, disputeId))).toMatchObject({ state: 'WON', closedAt: '2026-11-26T00:00:00.001Z' })
  })

  test.each([listedDispute(2).disputeId, 'nonsense', 'dsp_', `${disputeId} `])('404 for %p', async other => {
    const result = await get(withDispute(), other)

    expect([result.statusCode, jsonOf(result).code]).toEqual([404, 'NOT_FOUND'])
  })

  test('503 when the database is away', async () => {
    const ports = withDispute()
    ports.disputeReader.away = true

    expect((await get(ports, disputeId)).statusCode).toBe(503)
  })
})
