/** GET /ledger/accounts/{account}. */
import { describe, expect, test } from '@jest/globals'
import { accountView } from '../../shared/contracts/routes/get-account.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { FAKE_NOW_MS } from '../../shared/payments/fakes.ts'
import { createHandlerPorts, type HandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './get-account.ts'

const ODD = 'merchant_payable:a/b%20c?d#e'

const get = async (ports: HandlerPorts, account: string, query?: Record<string, string>) => {
  const call = { route: 'GET /ledger/accounts/{account}', pathParameters: { account }, query }
  return (await createHandler(ports)(httpEvent(call) as never, contextOf())) as HttpResult
}

function withEntry() {
  const ports = createHandlerPorts()
  const entry = { debitAccount: 'acquirer_receivable', creditAccount: ODD, currency: 'KRW', amountMinor: 10_000 }
  ports.balances.entries.push({ ...entry, recordedAtMs: FAKE_NOW_MS - 5_000 })
  return ports
}

describe('GET /ledger/accounts/{account}', () => {
  test('200 with the balance, under any name', async () => {
    const result = await get(withEntry(), ODD)

    expect(result.statusCode).toBe(200)
    expect(accountView.parse(jsonOf(result))).toMatchObject({
      account: ODD,
      provisional: true,
      balances: [{ balance: '-10000' }],
    })
  })

  test('200 at a time', async () => {
    const at = new Date(FAKE_NOW_MS - 60_000).toISOString()
    const result = await get(withEntry(), ODD, { at })

    expect(jsonOf(result)).toMatchObject({ at, provisional: false, balances: [{ balance: '0', entryCount: 0 }] })
  })

  test.each(['yesterday', '2026-01-01', '2026-01-01T00:00:00+09:00', new Date(FAKE_NOW_MS + 1).toISOString()])(
    '400 at %p',
    async at => {
      const result = await get(withEntry(), ODD, { at })

      expect(result.statusCode).toBe(400)
      expect(jsonOf(result).details.problems).toMatchObject([{ path: '/at' }])
    },
  )

  test.each(['cash', 'merchant_payable:a', 'a b', 'x'.repeat(65), ''])('404 for %p', async account => {
    expect((await get(withEntry(), account)).statusCode).toBe(404)
  })

  test('503 when the database is away', async () => {
    const ports = withEntry()
    ports.balances.away = true

    expect((await get(ports, ODD)).statusCode).toBe(503)
  })
})
