/** GET /operator/payout-files. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/find-payout-files.ts'
import { FakeSettlementReader, payoutFileOf } from '../../shared/settlement/fake-settlements.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { expectOperatorsOnly, operatorRoute } from '../../test/unit/operator-route.ts'
import { createHandler } from './find-payout-files.ts'

const ROUTE = 'GET /operator/payout-files'

async function route() {
  const reader = new FakeSettlementReader()
  reader.files.push(payoutFileOf(1), payoutFileOf(2, { state: 'SENT', approvedBy: 'kim' }), payoutFileOf(3))
  return { reader, ...(await operatorRoute(createHandler, ROUTE, { payoutFiles: reader.payoutFiles })) }
}

describe(ROUTE, () => {
  test('200 with the newest that fit first; the cursor leads to the rest', async () => {
    const { send } = await route()
    const query = { state: 'PREPARED', limit: '1' }
    const first = contract.answers[200].parse(jsonOf(await send({ query })))
    const second = contract.answers[200].parse(jsonOf(await send({ query: { ...query, cursor: first.nextCursor! } })))

    expect(first.items).toMatchObject([{ fileId: payoutFileOf(3).fileId, total: 9_750, approvedBy: null }])
    expect(second).toMatchObject({ items: [{ fileId: payoutFileOf(1).fileId }], nextCursor: null })
  })

  test.each<Record<string, string>>([{ cursor: 'abc' }, { state: 'CREATED' }, { limit: '0' }, { fileId: 'x' }])(
    '400 for %p',
    async query => {
      const result = await (await route()).send({ query })

      expect([result.statusCode, jsonOf(result).details.problems[0].path]).toEqual([400, `/${Object.keys(query)[0]}`])
    },
  )

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads', async () => {
    await expectOperatorsOnly(await route())
  })

  test('503 when the database is away', async () => {
    const { reader, send } = await route()
    reader.away = true

    expect((await send()).statusCode).toBe(503)
  })
})
