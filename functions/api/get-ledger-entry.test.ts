/** GET /operator/ledger/entries/{entryId}: an entry of a payment or not, and who may ask. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/get-ledger-entry.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createConsoleOfLedger } from '../../test/unit/ledger-fakes.ts'
import { createHandler } from './get-ledger-entry.ts'

const ROUTE = 'GET /operator/ledger/entries/{entryId}'

async function withEntry() {
  const { ports, book, asker } = await createConsoleOfLedger()
  const batchId = 'bat_01M8E2V4T0C5X9QK7R3HWN6B1D'
  const payout = { type: 'payout', paymentId: null, subjectId: 'out_01M8GMZ8R0V3T6KX2Q9HJ5NC7W', batchId }
  const entry = book('merchant_payable:shop', 'payout_in_transit', 900, payout)
  return { ports, entry, get: asker(createHandler(ports), ROUTE) }
}

describe(ROUTE, () => {
  test('200 with both accounts and what it is of', async () => {
    const { entry, get } = await withEntry()
    expect(contract.answers[200].parse(jsonOf(await get({ entryId: entry.entryId })))).toMatchObject({
      entryId: entry.entryId,
      type: 'payout',
      debitAccount: 'merchant_payable:shop',
      creditAccount: 'payout_in_transit',
      amount: 900,
      paymentId: null,
      subjectId: entry.subjectId,
      batchId: entry.batchId,
    })
  })

  test('404 for one that there is not, and for what cannot be one', async () => {
    const { get } = await withEntry()
    expect((await get({ entryId: 'led_01M80000000000000000000000' })).statusCode).toBe(404)
    expect((await get({ entryId: 'nothing' })).statusCode).toBe(404)
  })

  test('401 when nobody is signed in, 403 for what is not from the console, 429 beyond the limit of reads, 503 when the database is away', async () => {
    const { ports, entry, get } = await withEntry()
    const { entryId } = entry
    expect((await get({ entryId }, {}, {})).statusCode).toBe(401)
    expect((await get({ entryId }, {}, { host: 'evil.example' })).statusCode).toBe(403)
    ports.balances.away = true
    expect((await get({ entryId })).statusCode).toBe(503)
    ports.limiter.refusing = 'ip'
    expect((await get({ entryId })).statusCode).toBe(429)
  })
})
