/** What the product books of fees and VAT is what the invariants expect: two reckonings that share no code, over random payments and terms. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { refundFees, vatModes } from '../../shared/contracts/lists.ts'
import { chargeOf } from '../../shared/domain/fee-vat.ts'
import { movementsOf } from '../../shared/domain/ledger.ts'
import { type ChargedStep, chargesOf } from '../../shared/domain/settlement-charges.ts'
import { termsAt } from '../../shared/domain/settlement-terms.ts'
import { type ChargeTerms, chargesOf as expectedChargesOf } from '../../shared/invariants/charges.ts'
import type { EventFacts, OutboxRow, PaymentHistory } from '../../shared/invariants/payment-history.ts'
import { fakeTerms } from '../../shared/payments/fakes.ts'
import { SEED, seeded } from './seed.ts'

const STEP_MS = 1_000

const terms = fc.record({ vatMode: fc.constantFrom(...vatModes), refundFee: fc.constantFrom(...refundFees) })
const payments = fc.record({
  captures: fc.array(
    fc.record({
      amountMinor: fc.integer({ min: 1, max: 100_000 }),
      feePart: fc.nat(1_000).map(perMille => perMille / 1_000),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  refundParts: fc.array(
    fc.nat(1_000).map(perMille => perMille / 1_000),
    { maxLength: 5 },
  ),
  defaults: terms,
  /** Each from the step at its place on. */
  dated: fc.array(fc.record({ place: fc.nat(8), terms }), { maxLength: 3 }),
})

test(`on every entry, whatever the terms were when (seed ${SEED})`, () => {
  let entriesSeen = 0
  fc.assert(
    fc.property(payments, ({ captures, refundParts, defaults, dated }) => {
      const steps = stepsOf(captures, refundParts)
      const rows = [...new Map(dated.map(each => [each.place, each])).values()].map(({ place, terms: given }) => ({
        ...{ validFromMs: place * STEP_MS, ...given },
      }))
      const expected = expectedChargesOf(historyOf(steps, rows), defaults)
        .filter(({ amount }) => amount !== 0)
        .map(({ row, type, amount }) => `${row.eventId} ${type} ${amount}`)
      entriesSeen += expected.length

      expect(bookedOf(steps, rows, defaults)).toEqual(expected)
    }),
    seeded(1_000),
  )
  expect(entriesSeen).toBeGreaterThan(1_000)
})

type Dated = ChargeTerms & { validFromMs: number }

/** As the ledger consumer books them. */
function bookedOf(steps: readonly ChargedStep[], rows: readonly Dated[], defaults: ChargeTerms): string[] {
  const dated = rows.map(row => ({ ...fakeTerms, ...{ merchantId: 'shop', currency: 'KRW' }, ...row }))
  const at = (atMs: number) => termsAt(dated, { ...fakeTerms, ...defaults }, 'shop', 'KRW', atMs)
  const charges = chargesOf(steps, at)
  return steps.flatMap(step => {
    const { feeMinor, vatMinor } = charges.get(step.eventId)!
    const isCapture = step.type === 'payment.captured'
    if (isCapture) expect({ feeMinor, vatMinor }).toEqual(chargeOf(step.feeMinor, at(step.occurredAtMs).vatMode))
    return movementsOf({
      ...{ type: step.type, merchantId: 'shop', currency: 'KRW', amountMinor: step.amountMinor },
      ...(isCapture
        ? { feeMinor: step.feeMinor, vatMode: at(step.occurredAtMs).vatMode }
        : { returned: { feeMinor: -feeMinor, vatMinor: -vatMinor } }),
    })
      .filter(({ type }) => type !== 'capture' && type !== 'refund')
      .map(({ type, amountMinor }) => `${step.eventId} ${type} ${amountMinor}`)
  })
}

function stepsOf(captures: readonly { amountMinor: number; feePart: number }[], refundParts: readonly number[]) {
  const steps: ChargedStep[] = []
  const at = () => ({ eventId: `evt_${steps.length}`, occurredAtMs: steps.length * STEP_MS })
  for (const { amountMinor, feePart } of captures)
    steps.push({ ...at(), type: 'payment.captured', amountMinor, feeMinor: Math.floor(amountMinor * feePart) })
  let leftMinor = captures.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  for (const part of refundParts) {
    const amountMinor = Math.ceil(leftMinor * part)
    if (amountMinor === 0) continue
    steps.push({ ...at(), type: 'payment.refunded', amountMinor })
    leftMinor -= amountMinor
  }
  return steps
}

/** As the invariants read it: rows of the archive come after the others. */
function historyOf(steps: readonly ChargedStep[], terms: readonly Dated[]): PaymentHistory {
  const outbox = steps.map((step, sequence) => {
    const feeAmount = step.type === 'payment.captured' ? step.feeMinor : undefined
    const occurredAt = new Date(step.occurredAtMs).toISOString()
    const event = { amount: step.amountMinor, feeAmount, occurredAt } as EventFacts
    return { eventId: step.eventId, topic: step.type as string, sequence, event } as OutboxRow
  })
  return { outbox: outbox.toReversed(), terms } as unknown as PaymentHistory
}
