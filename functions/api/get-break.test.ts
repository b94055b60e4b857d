/** GET /reconciliation/breaks/{breakId}. */
import { describe, expect, test } from '@jest/globals'
import { breakDetail } from '../../shared/contracts/recon-views.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { breakOf, FakeReconReader } from '../../shared/reconciliation/fake-recon-reader.ts'
import { createHandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './get-break.ts'

const get = async (reader: FakeReconReader, breakId: string) => {
  const call = { route: 'GET /reconciliation/breaks/{breakId}', pathParameters: { breakId } }
  return (await createHandler({ ...createHandlerPorts(), ...reader.ports })(
    httpEvent(call) as never,
    contextOf(),
  )) as HttpResult
}

const { breakId } = breakOf(1)

function withBreak() {
  const reader = new FakeReconReader()
  reader.breaks.push(breakOf(1, { state: 'PROPOSED', assignee: 'kim', version: 1 }))
  reader.actions.push({
    ...{
      breakId,
      sequence: 1,
      actor: 'kim',
      action: 'propose',
      account: 'acquirer_fee',
      target: null,
      amountMinor: 10,
    },
    ...{ reason: 'the fee was raised', eventId: null, atMs: 0 },
  })
  return reader
}

describe('GET /reconciliation/breaks/{breakId}', () => {
  test('200 with its actions', async () => {
    const result = await get(withBreak(), breakId)

    expect(result.statusCode).toBe(200)
    expect(breakDetail.parse(jsonOf(result))).toMatchObject({
      ...{ breakId, state: 'PROPOSED', assignee: 'kim', version: 1 },
      actions: [
        {
          ...{ sequence: 1, actor: 'kim', action: 'propose', account: 'acquirer_fee', target: null, amount: 10 },
          ...{ reason: 'the fee was raised', at: '1970-01-01T00:00:00.000Z' },
        },
      ],
    })
  })

  test.each([breakOf(2).breakId, 'nonsense', 'brk_', `${breakId} `])('404 for %p', async other => {
    const result = await get(withBreak(), other)

    expect([result.statusCode, jsonOf(result).code]).toEqual([404, 'NOT_FOUND'])
  })

  test('503 when the database is away', async () => {
    const reader = withBreak()
    reader.away = true

    expect((await get(reader, breakId)).statusCode).toBe(503)
  })
})
