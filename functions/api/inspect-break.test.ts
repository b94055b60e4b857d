/** GET /operator/reconciliation/breaks/{breakId}. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/inspect-break.ts'
import { breakOf, FakeReconReader } from '../../shared/reconciliation/fake-recon-reader.ts'
import type { BreakContext } from '../../shared/reconciliation/ports.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectOperatorsOnly, operatorRoute } from '../../test/unit/operator-route.ts'
import { createHandler } from './inspect-break.ts'

const ROUTE = 'GET /operator/reconciliation/breaks/{breakId}'
const { breakId } = breakOf(1)

const context: Partial<BreakContext> = {
  file: { name: 'camt.xml', externalId: null, revision: 1 },
  line: {
    ...{
      fileId: breakOf(1).fileId!,
      lineNo: 1,
      sourceId: 'bank-operating',
      lineKey: '1',
      matchKey: '',
      kind: 'credit',
    },
    ...{ amountMinor: 700, feeMinor: 0, vatMinor: 0, netMinor: 700, currency: 'KRW', batchRef: null },
    ...{ bookedOn: '2026-11-28', valueOn: null, partyAccount: null, remittance: 'thanks', expectationId: null },
  },
}

async function route() {
  const reader = new FakeReconReader()
  reader.breaks.push(
    breakOf(1, {
      class: 'MISSING_HERE',
      sourceId: 'bank-operating',
      state: 'PROPOSED',
      version: 1,
      remainingMinor: -700,
    }),
  )
  reader.actions.push({
    ...{ breakId, sequence: 1, actor: 'kim', action: 'propose', account: 'own_funds', target: null, amountMinor: -700 },
    ...{ reason: 'ours', eventId: null, atMs: 0 },
  })
  reader.batchesLeft.push({
    ...{ sourceId: 'acquirer', batchRef: 'ACQ-1', currency: 'KRW', netMinor: 700, allocatedMinor: 0, movedMinor: 0 },
    dueOn: '2026-11-27',
  })
  return { reader, ...(await operatorRoute(createHandler, ROUTE, reader.operatorPorts(context))) }
}

const of = (id = breakId) => ({ pathParameters: { breakId: id } })

describe(ROUTE, () => {
  test('200 with its line, its actions, its age and what it may be for', async () => {
    const body = contract.answers[200].parse(jsonOf(await (await route()).send(of())))

    expect(body).toMatchObject({
      ...{ breakId, version: 1, age: expect.any(String), file: { name: 'camt.xml' }, operation: null },
      ...{ line: { amount: 700, remittance: 'thanks' }, actions: [{ actor: 'kim', action: 'propose', amount: -700 }] },
      hints: [{ account: 'cash_in_transit', target: 'ACQ-1', amount: 700, dueOn: '2026-11-27' }],
    })
  })

  test.each([breakOf(2).breakId, 'nothing'])('404 for %p', async id => {
    expect((await (await route()).send(of(id))).statusCode).toBe(404)
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    await expectOperatorsOnly(await route(), of())
  })

  test('503 when the database is away', async () => {
    const { reader, send } = await route()
    reader.away = true

    expect((await send(of())).statusCode).toBe(503)
  })
})
