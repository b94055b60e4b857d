/** GET /ledger/accounts. */
import { describe, expect, test } from '@jest/globals'
import { accountListView } from '../../shared/contracts/routes/list-accounts.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { FAKE_NOW_MS } from '../../shared/payments/fakes.ts'
import { createHandlerPorts, type HandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './list-accounts.ts'

const list = async (ports: HandlerPorts, query?: Record<string, string>) =>
  (await createHandler(ports)(httpEvent({ route: 'GET /ledger/accounts', query }) as never, contextOf())) as HttpResult

function withEntries() {
  const ports = createHandlerPorts()
  for (const [index, merchantId] of ['a', 'b', 'c'].entries())
    ports.balances.entries.push({
      debitAccount: 'acquirer_receivable',
      creditAccount: `merchant_payable:${merchantId}`,
      currency: 'KRW',
      amountMinor: 10 ** index,
      recordedAtMs: FAKE_NOW_MS - 100_000,
    })
  return ports
}

const accountsIn = (result: HttpResult) => accountListView.parse(jsonOf(result)).items.map(({ account }) => account)

describe('GET /ledger/accounts', () => {
  test('200 in the order of names; the cursor leads to the rest, of the same moment', async () => {
    const ports = withEntries()
    const first = await list(ports, { prefix: 'merchant_payable:', limit: '2' })
    const { at, nextCursor } = jsonOf(first)
    const second = await list(ports, { prefix: 'merchant_payable:', limit: '2', at, cursor: nextCursor })

    expect(first.statusCode).toBe(200)
    expect([accountsIn(first), accountsIn(second)]).toEqual([
      ['merchant_payable:a', 'merchant_payable:b'],
      ['merchant_payable:c'],
    ])
    expect(jsonOf(second)).toMatchObject({ at, nextCursor: null })
  })

  test('200: the balances of a currency add up to nothing', async () => {
    const { items } = accountListView.parse(jsonOf(await list(withEntries())))
    expect(items).toHaveLength(4)
    expect(items.reduce((sum, { balance }) => sum + BigInt(balance), 0n)).toBe(0n)
  })

  test.each<Record<string, string>>([
    { cursor: 'abc' },
    { limit: '101' },
    { currency: 'krw' },
    { prefix: '' },
    { at: new Date(FAKE_NOW_MS + 1).toISOString() },
    { offset: '1' },
  ])('400 for %p', async query => {
    const result = await list(createHandlerPorts(), query)

    expect(result.statusCode).toBe(400)
    expect(jsonOf(result).details.problems).toMatchObject([{ path: `/${Object.keys(query)[0]}` }])
  })

  test('503 when the database is away', async () => {
    const ports = withEntries()
    ports.balances.away = true

    expect((await list(ports)).statusCode).toBe(503)
  })
})
