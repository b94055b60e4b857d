/** Settlements of Toss Payments, as they should be and as they should not. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bytesOf, readAll } from '../../test/unit/read-recon-file.ts'
import { fakeSources } from '../reconciliation/fake-recon.ts'
import type { ReconSource } from '../reconciliation/ports.ts'
import { readTossJson } from './toss-json.ts'

const source: ReconSource = { ...fakeSources[0]!, sourceId: 'toss', profile: 'toss-json' }

/** A card payment of 50,000 whose fee carries VAT: 1,720 = 1,564 + 156. */
const payment = {
  ...{ mId: 'shop', paymentKey: 'pay_toss_1', transactionKey: 'B7103F204998813B889C77C043D09502', orderId: '주문 "1"' },
  ...{ currency: 'KRW', method: '카드', amount: 50_000, interestFee: 0, fee: 1_720, supplyAmount: 1_564, vat: 156 },
  ...{
    payOutAmount: 48_280,
    approvedAt: '2026-11-25T10:20:30+09:00',
    soldDate: '2026-11-25',
    paidOutDate: '2026-11-27',
  },
  ...{ cancel: null, card: { number: '12341234****123*', cardType: '신용' } },
}
const cancellation = {
  ...payment,
  ...{ transactionKey: '0A1B', amount: -20_000, fee: -688, supplyAmount: -625, vat: -63, payOutAmount: -19_312 },
  cancel: { transactionKey: '0A1B', cancelAmount: 20_000, cancelReason: '단순 변심 } ]' },
}

const read = (of: unknown, name = 'settlements-2026-11-27.json') =>
  readAll(readTossJson, of instanceof Uint8Array || typeof of === 'string' ? of : JSON.stringify(of, null, 2), {
    ...{ name, source, dueOn: () => null, closings: [] },
  })

describe('settlements of Toss', () => {
  test('are read one by one, in the batch of their day of payment', async () => {
    const { lines, file } = await read([payment, cancellation])
    expect(lines[0]).toEqual({
      ...{ lineKey: payment.transactionKey, matchKey: payment.transactionKey, kind: 'capture', currency: 'KRW' },
      ...{ contentHash: expect.stringMatching(/^[0-9a-f]{32}$/), amountMinor: 50_000, feeMinor: 1_564, vatMinor: 156 },
      ...{ netMinor: 48_280, batchRef: 'TOSS-20261127-KRW', bookedOn: '2026-11-27', valueOn: '2026-11-27' },
      ...{ partyAccount: null, remittance: null },
    })
    expect(lines[1]).toMatchObject({
      kind: 'refund',
      amountMinor: -20_000,
      feeMinor: -625,
      vatMinor: -63,
      netMinor: -19_312,
    })
    expect(file).toEqual({
      ...{ externalId: 'TOSS-20261127', revision: 1, day: '2026-11-27', dueOn: '2026-11-27' },
      totals: [{ currency: 'KRW', lineCount: 2, netMinor: 28_968, openingMinor: null, closingMinor: null }],
    })
  })

  test('of two currencies have a batch and a total each, and decimals by the currency', async () => {
    const dollars = { currency: 'USD', amount: 12.34, fee: 0.29, supplyAmount: 0.26, vat: 0.03, payOutAmount: 12.05 }
    const { lines, file } = await read([payment, { ...payment, transactionKey: 'C', ...dollars }])
    expect(lines[1]).toMatchObject({ batchRef: 'TOSS-20261127-USD', amountMinor: 1_234, feeMinor: 26, netMinor: 1_205 })
    expect(file.totals).toMatchObject([{ currency: 'KRW' }, { currency: 'USD', lineCount: 1, netMinor: 1_205 }])
  })

  test('that are fetched again have the revision of their name', async () => {
    expect((await read([payment], 'toss-r3.json')).file.revision).toBe(3)
  })

  test('are the same whichever way their bytes are cut', async () => {
    const bytes = Buffer.from(`\uFEFF${JSON.stringify([payment, cancellation, payment], null, 1)}`)
    const expected = await read(bytes)
    expect(expected.lines).toHaveLength(3)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 40 }), async cuts => {
        const cut = await readAll(readTossJson, bytesOf(bytes, cuts), {
          name: '',
          source,
          dueOn: () => null,
          closings: [],
        })
        expect(cut).toEqual(expected)
      }),
      { numRuns: 60, seed: 7 },
    )
  })

  test('may say their fee by type, in one amount, or both', async () => {
    const byType = [
      { type: 'BASE', fee: 1_500 },
      { type: 'INSTALLMENT', fee: '220' },
    ]
    const { fee: _, ...withoutFee } = payment
    for (const given of [
      { ...payment, fees: byType },
      { ...withoutFee, fees: byType },
      { ...payment, fees: null },
    ])
      expect((await read([given])).lines).toMatchObject([{ feeMinor: 1_564, vatMinor: 156, netMinor: 48_280 }])
  })

  test('need nothing but what is read', async () => {
    const { card: _, method: __, interestFee: ___, cancel: ____, ...least } = payment
    expect((await read([least])).lines).toHaveLength(1)
  })
})

describe('a file that is wrong', () => {
  const text = JSON.stringify([payment])

  test.each<[string, unknown, string]>([
    ['is empty', '', 'the array does not end: the file is cut off'],
    ['has nothing in it', [], 'the file has no settlements: there is nothing to import'],
    ['is an object', payment, 'line 1: [ must be here: this is no array of settlements'],
    ['is an error page', '<html>', 'line 1: [ must be here'],
    ['is cut off', text.slice(0, -20), 'the array does not end'],
    ['goes on after its end', `${text}\n{}`, 'line 2: nothing must be here'],
    ['has a comma too many', '[,', 'line 1: { or ] must be here'],
    ['ends with a comma', `[${JSON.stringify(payment)},]`, 'line 1: { must be here'],
    ['has something that is no settlement', [{ hello: 1 }], 'line 2: mId is not as in a settlement of Toss'],
    ['has numbers', '[1]', 'line 1: { or ] must be here'],
    ['is no JSON within', '[{"a":}]', 'line 1: the element that ends here is no JSON'],
    ['has an amount as text', [{ ...payment, amount: '50000' }], 'amount is not as in a settlement of Toss'],
    ['has another fee', [{ ...payment, fee: 1_721 }], 'line 2: fee 1721 is not supplyAmount + vat'],
    ['has other fees', [{ ...payment, fees: [{ fee: 1_000 }, { fee: 721 }] }], 'line 2: the sum of fees, 1000 + 721,'],
    ['has no fee', [{ ...payment, fee: null }], 'line 2: fee and fees are missing'],
    ['has a negative payment', [{ ...cancellation, cancel: null }], 'line 2: a payment of -20000 has the wrong sign'],
    [
      'has two keys of a cancellation',
      [{ ...cancellation, transactionKey: '0A1C' }],
      'line 2: transactionKey and that of cancel differ',
    ],
    ['pays out another amount', [{ ...payment, payOutAmount: 1 }], 'line 2: payOutAmount 1 is not amount − fee'],
    ['has parts of a won', [{ ...payment, amount: 0.5 }], 'line 2: 0.5 has 1 decimals, and KRW has 0'],
    [
      'has a cancellation that is positive',
      [{ ...payment, cancel: {} }],
      'line 2: a cancellation of 50000 has the wrong sign',
    ],
    [
      'has two days of payment',
      [payment, { ...payment, paidOutDate: '2026-11-28' }],
      'paidOutDate is 2026-11-28, and 2026-11-27 before',
    ],
    ['has two merchants', [payment, { ...payment, mId: 'other' }], 'mId is another than before'],
    ['has no day', [{ ...payment, soldDate: '27.11.2026' }], '"27.11.2026" is no day'],
    ['has an element without end', `[{"a":"${'x'.repeat(70_000)}`, 'an element has more than 65536 characters'],
    ['is not in UTF-8', Buffer.from([0x5b, 0xb8, 0xde]), 'the file is not in UTF-8'],
  ])('when it %s', async (_, of, message) => {
    await expect(read(of)).rejects.toThrow(message)
    await expect(read(of)).rejects.toThrow(expect.objectContaining({ name: 'ReconFileError' }))
  })
})
