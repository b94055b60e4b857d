/** The acquirer and we compute what it takes and when it pays by code of our own each: without a mistake both come to the same. */
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { paymentDayOf } from '../../sandbox/acquirer/business-days.ts'
import { type ChargedMove, chargeOfLast } from '../../sandbox/acquirer/fees.ts'
import { addBusinessDays, addDays } from '../../shared/domain/business-days.ts'
import { feeOfAllMinor } from '../../shared/domain/fee.ts'
import { type ChargedStep, chargesOf } from '../../shared/domain/settlement-charges.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** As the migration has them. */
const [, feeBasisPoints, delayDays] =
  /'acquirer', '1970-01-01 00:00:00.000', (\d+), 'exclusive', 'return', (\d+), 'Asia\/Seoul', 'KR'/
    .exec(read('migrations/0016-settlement.sql'))!
    .map(Number)

const ourStep = ({ kind, amountMinor }: ChargedMove, index: number): ChargedStep => {
  const moved = { eventId: String(index), amountMinor: Number(amountMinor), occurredAtMs: 0 }
  const fee = { basisPoints: feeBasisPoints!, fixedMinor: 0 }
  return kind === 'refund'
    ? { ...moved, type: 'payment.refunded' }
    : { ...moved, type: 'payment.captured', feeMinor: feeOfAllMinor(fee, moved.amountMinor) }
}

const amounts = fc.array(fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 999_999_999_999 })), {
  minLength: 1,
  maxLength: 5,
})

test('on fee and VAT of every capture, and on what every refund gives back', () => {
  fc.assert(
    fc.property(amounts, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }), (captures, parts) => {
      let left = captures.reduce((sum, amount) => sum + amount, 0)
      const refunds = parts.flatMap(part => {
        const amount = Math.floor(part * left)
        left -= amount
        return amount > 0 ? [amount] : []
      })
      const moves = [
        ...captures.map((amount): ChargedMove => ({ kind: 'capture', amountMinor: BigInt(amount) })),
        ...refunds.map((amount): ChargedMove => ({ kind: 'refund', amountMinor: BigInt(amount) })),
      ]
      const ours = chargesOf(moves.map(ourStep), () => ({ vatMode: 'exclusive', refundFee: 'return' }))
      for (const index of moves.keys()) {
        const { feeMinor, vatMinor } = chargeOfLast(moves.slice(0, index + 1))
        expect({ feeMinor: Number(feeMinor), vatMinor: Number(vatMinor) }).toEqual(ours.get(String(index)))
      }
    }),
    { numRuns: 500 },
  )
})

test('on the day of payment, while the years of both calendars last', () => {
  const closed = [...read('migrations/0017-korean-holidays.sql').matchAll(/SELECT '(\d{4}-\d\d-\d\d)'/g)]
  const calendar = { version: 1, closed: new Map(closed.map(([, day]) => [day!, true])) }
  for (let day = '2025-01-01'; day <= '2027-12-28'; day = addDays(day, 1))
    expect([day, paymentDayOf(day)]).toEqual([day, addBusinessDays(calendar, day, delayDays!)])
})
