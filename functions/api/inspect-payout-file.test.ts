/** GET /operator/payout-files/{fileId}. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/inspect-payout-file.ts'
import { FakeSettlementReader, payoutFileOf } from '../../shared/settlement/fake-settlements.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectOperatorsOnly, operatorRoute } from '../../test/unit/operator-route.ts'
import { createHandler } from './inspect-payout-file.ts'

const ROUTE = 'GET /operator/payout-files/{fileId}'

async function route() {
  const reader = new FakeSettlementReader()
  reader.files.push(payoutFileOf(1, { state: 'APPROVED', approvedBy: 'kim', approvedAtMs: 1_000 }))
  return { reader, ...(await operatorRoute(createHandler, ROUTE, { payoutFiles: reader.payoutFiles })) }
}

const of = (fileId = payoutFileOf(1).fileId) => ({ pathParameters: { fileId } })

describe(ROUTE, () => {
  test('200 with who approved it, and when', async () => {
    const body = contract.answers[200].parse(jsonOf(await (await route()).send(of())))

    expect(body).toMatchObject({ state: 'APPROVED', approvedBy: 'kim', approvedAt: '1970-01-01T00:00:01.000Z' })
  })

  test.each([payoutFileOf(2).fileId, 'nothing'])('404 for %p', async fileId => {
    expect((await (await route()).send(of(fileId))).statusCode).toBe(404)
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
