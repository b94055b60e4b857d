/** GET /operator/reconciliation. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/get-recon-overview.ts'
import { breakOf, FakeReconReader, fileOf } from '../../shared/reconciliation/fake-recon-reader.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectOperatorsOnly, operatorRoute } from '../../test/unit/operator-route.ts'
import { createHandler } from './get-recon-overview.ts'

const ROUTE = 'GET /operator/reconciliation'

async function route() {
  const reader = new FakeReconReader()
  reader.files.push(fileOf(1), fileOf(2), fileOf(3, { state: 'REJECTED' }))
  reader.breaks.push(breakOf(1), breakOf(2, { remainingMinor: -4 }), breakOf(3, { state: 'RESOLVED', closedAtMs: 1 }))
  return { reader, ...(await operatorRoute(createHandler, ROUTE, reader.operatorPorts())) }
}

describe(ROUTE, () => {
  test('200 with the open breaks by class and age, and files by state', async () => {
    const { ports, send } = await route()
    ports.balances.entries.push({
      ...{ debitAccount: 'recon_suspense', creditAccount: 'cash_in_transit', currency: 'KRW', amountMinor: 6 },
      recordedAtMs: 0,
    })
    const body = contract.answers[200].parse(jsonOf(await send()))

    expect(body.open).toMatchObject([{ class: 'FEE', currency: 'KRW', count: 2, remaining: '6', absolute: '14' }])
    expect(Object.values(body.open[0]!.byAge).reduce((sum, count) => sum + count, 0)).toBe(2)
    expect(body.suspense).toEqual([{ currency: 'KRW', balance: '6' }])
    expect(body.files).toEqual([
      { sourceId: 'acquirer', state: 'DONE', count: 2 },
      { sourceId: 'acquirer', state: 'REJECTED', count: 1 },
    ])
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    await expectOperatorsOnly(await route())
  })

  test('503 when the database is away', async () => {
    const { reader, send } = await route()
    reader.away = true

    expect((await send()).statusCode).toBe(503)
  })
})
