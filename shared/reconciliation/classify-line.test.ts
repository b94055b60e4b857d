/** Which class a line has, what it differs by, and that whatever it says closes what was expected. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type ComparedLine, classifyAmended, classifyLine, type LineFacts, type LineVerdict } from './classify-line.ts'
import type { ExpectedLine } from './ports.ts'

const expected: ExpectedLine = {
  ...{ expectationId: 'exp_1', amountMinor: 10_000, feeMinor: 150, vatMinor: 15, currency: 'KRW' },
  ...{ dueOn: '2026-01-06', state: 'OPEN' },
}

const lineOf = (given: Partial<ComparedLine> = {}): ComparedLine => {
  const line = { ...expected, valueOn: '2026-01-06', ...given }
  return { ...line, netMinor: line.amountMinor - line.feeMinor - line.vatMinor }
}

const factsOf = (given: Partial<LineFacts> = {}): LineFacts => ({
  ...{ expectation: expected, isTaken: false, operationState: 'SUCCEEDED', earliestOn: '2026-01-05' },
  noDispute: undefined,
  ...given,
})

/** What its break holds on recon_suspense. */
const suspenseMinor = ({ movements }: LineVerdict): number =>
  movements.reduce((sum, { type, signedMinor }) => (type === 'unexpected' ? sum - signedMinor : sum + signedMinor), 0)

const notExpected = (given: Partial<LineFacts>) => factsOf({ expectation: undefined, ...given })

describe('a line of a dispute', () => {
  const chargeback = lineOf({ amountMinor: -4_000, feeMinor: 1_000, vatMinor: 0 })

  test.each([
    ['OVER_DISPUTED', notExpected({ noDispute: 'OVER' }), {}],
    ['STATUS', notExpected({ noDispute: 'LOST' }), { status: 'LOST' }],
    ['STATUS', notExpected({ operationState: 'PENDING' }), { status: 'PENDING' }],
    ['MISSING_HERE', notExpected({}), {}],
    ['DUPLICATE', notExpected({ noDispute: 'OVER', isTaken: true }), {}],
  ] as const)('is %s when it opens or wins none', (name, facts, said) => {
    const verdict = classifyLine(chargeback, facts)
    expect(verdict).toMatchObject({ class: name, settles: undefined, differences: said })
    expect(verdict.differences.status).toBe((said as { status?: string }).status)
    expect(suspenseMinor(verdict)).toBe(5_000)
  })
})

describe('a line that is as expected', () => {
  test.each(['2026-01-05', '2026-01-06'])('has no class when it is paid on %s', valueOn => {
    expect(classifyLine(lineOf({ valueOn }), factsOf())).toEqual({
      ...{ class: undefined, differences: {}, movements: [], settles: expected },
    })
  })

  test.each([
    ['the line has no day', lineOf({ valueOn: null }), factsOf()],
    [
      'the expectation has none',
      lineOf(),
      factsOf({ expectation: { ...expected, dueOn: null }, earliestOn: undefined }),
    ],
  ])('has no class when %s', (_, line, facts) => expect(classifyLine(line, facts).class).toBeUndefined())
})

describe('the worked numbers', () => {
  test.each([
    ['a line of 9,000', { amountMinor: 9_000 }, 'AMOUNT_UNDER', [['differs_amount', 1_000]]],
    ['a line of 10,500', { amountMinor: 10_500 }, 'AMOUNT_OVER', [['differs_amount', -500]]],
    ['a fee of 250', { feeMinor: 250 }, 'FEE', [['differs_fee', 100]]],
    ['a VAT of 10', { vatMinor: 10 }, 'FEE', [['differs_vat', -5]]],
    [
      'an amount over and a fee over that offset',
      { amountMinor: 10_100, feeMinor: 250 },
      'AMOUNT_OVER',
      [
        ['differs_amount', -100],
        ['differs_fee', 100],
      ],
    ],
  ] as const)('%s', (_, said, name, moved) => {
    const verdict = classifyLine(lineOf(said), factsOf())
    expect(verdict.class).toBe(name)
    expect(verdict.movements.map(({ type, signedMinor }) => [type, signedMinor])).toEqual(moved)
    expect(verdict.settles).toBe(expected)
  })

  test.each([
    [-5_000, 'AMOUNT_UNDER', 1_000],
    [-3_000, 'AMOUNT_OVER', -1_000],
  ])('a refund of %d where −4,000 is expected is %s', (amountMinor, name, moved) => {
    const refund = { ...expected, amountMinor: -4_000, feeMinor: -60, vatMinor: -6 }
    const verdict = classifyLine(lineOf({ ...refund, amountMinor }), factsOf({ expectation: refund }))
    expect([verdict.class, suspenseMinor(verdict)]).toEqual([name, moved])
  })
})

describe('the first class that applies names it', () => {
  const settled = { ...expected, state: 'SETTLED' } as const
  test.each([
    ['DUPLICATE', { isTaken: true }, {}],
    ['DUPLICATE', { isTaken: true, expectation: undefined, operationState: 'DECLINED' }, {}],
    ['MISSING_HERE', { expectation: undefined }, {}],
    ['MISSING_HERE', { expectation: undefined, operationState: undefined }, {}],
    ['MISSING_HERE', { expectation: settled }, {}],
    ['STATUS', { expectation: undefined, operationState: 'PENDING' }, {}],
    ['STATUS', { expectation: undefined, operationState: 'DECLINED' }, {}],
    ['STATUS', { expectation: undefined, operationState: 'FAILED' }, {}],
    ['CURRENCY', {}, { currency: 'USD', amountMinor: 9_000 }],
  ] as const)('%s, which settles nothing', (name, facts, said) => {
    const line = lineOf(said)
    const verdict = classifyLine(line, factsOf(facts))
    expect(verdict).toMatchObject({ class: name, settles: undefined })
    expect(suspenseMinor(verdict)).toBe(-line.netMinor)
  })

  test.each([
    ['AMOUNT_OVER', { amountMinor: 10_001, feeMinor: 1, valueOn: '2026-01-07' }, ['amount', 'fee', 'day']],
    ['FEE', { feeMinor: 1, vatMinor: 1, valueOn: '2026-01-02' }, ['fee', 'vat', 'day']],
    ['DATE', { valueOn: '2026-01-07' }, ['day']],
    ['DATE', { valueOn: '2026-01-02' }, ['day']],
  ] as const)('%s, with all that differs', (name, said, differing) => {
    const { class: found, differences } = classifyLine(lineOf(said), factsOf())
    expect([found, Object.keys(differences)]).toEqual([name, differing])
  })

  test('what was missed already is no DATE, and is one when it is too early', () => {
    const facts = factsOf({ expectation: { ...expected, state: 'OVERDUE' } })
    const late = classifyLine(lineOf({ valueOn: '2026-01-12' }), facts)
    expect(late.class).toBeUndefined()
    expect(late.differences).toEqual({ day: { expected: '2026-01-06', found: '2026-01-12' } })
    expect(classifyLine(lineOf({ valueOn: '2026-01-02' }), facts).class).toBe('DATE')
  })

  test('an operation that was declined says so', () => {
    const { differences } = classifyLine(lineOf(), factsOf({ expectation: undefined, operationState: 'DECLINED' }))
    expect(differences.status).toBe('DECLINED')
  })

  test('another currency is all that is said of amounts that cannot be compared', () => {
    const { differences } = classifyLine(lineOf({ currency: 'USD' }), factsOf())
    expect(differences).toEqual({ currency: { expected: 'KRW', found: 'USD' } })
  })
})

describe('a line in a later revision', () => {
  test('books new − old', () => {
    const verdict = classifyAmended(lineOf({ amountMinor: 9_000, valueOn: '2026-01-07' }), lineOf())
    expect(verdict).toMatchObject({
      ...{ class: 'AMENDED', settles: undefined, movements: [{ type: 'unexpected', signedMinor: -1_000 }] },
      differences: {
        ...{ amount: { expected: 10_000, found: 9_000 }, day: { expected: '2026-01-06', found: '2026-01-07' } },
      },
    })
  })
})

describe('whatever a line says', () => {
  const minor = fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 })
  const amounts = fc.record({ amountMinor: minor, feeMinor: minor, vatMinor: minor })
  const days = fc.constantFrom(null, '2026-01-02', '2026-01-06', '2026-01-09')
  const states = fc.constantFrom('OPEN', 'OVERDUE', 'SETTLED', undefined)

  test('what settles an expectation closes its amount, and what does not is in suspense with its net', () => {
    const given = [amounts, amounts, days, states, fc.boolean(), fc.constantFrom('KRW', 'USD')] as const
    const check = fc.property(...given, (said, wanted, valueOn, state, isTaken, currency) => {
      const line = lineOf({ ...said, valueOn, currency })
      const expectation = state === undefined ? undefined : { ...expected, ...wanted, state }
      const verdict = classifyLine(line, factsOf({ expectation, isTaken }))
      const { settles } = verdict
      const suspense = suspenseMinor(verdict)
      if (settles === undefined) return suspense === 0 - line.netMinor
      return line.netMinor + settles.feeMinor + settles.vatMinor + suspense === settles.amountMinor
    })
    fc.assert(check, { numRuns: 2_000 })
  })

  test('what has no class has nothing in suspense', () => {
    const check = fc.property(amounts, days, (said, valueOn) => {
      const verdict = classifyLine(lineOf({ ...said, valueOn }), factsOf())
      return verdict.class !== undefined || verdict.movements.length === 0
    })
    fc.assert(check)
  })
})
