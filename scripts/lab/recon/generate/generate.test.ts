/** A generated world: the same for the same seed, right in itself, and with everything planted that can go wrong. */
import { describe, expect, test } from '@jest/globals'
import { netOf } from './acquirer-file.ts'
import { businessDaysAfter, isBusinessDay } from './days.ts'
import { generate } from './generate.ts'
import { type Currency, currencies, decimalsOf, decimalText, dividedHalfEven, feeOf } from './money.ts'
import { foundClasses, type Step, type TruthRow } from './truth.ts'

const LINES = 2_000
const seeds = [1, 2, 3, 2_026]
const steps = new Map(seeds.map(seed => [seed, [...generate({ seed, lines: LINES, mix: 'standard' })]]))
const stepsOf = (seed: number): Step[] => steps.get(seed)!

type FileStep = Extract<Step, { kind: 'file' }>
const filesOf = (seed: number): FileStep[] => stepsOf(seed).filter(step => step.kind === 'file')
const truthOf = (seed: number): TruthRow[] => stepsOf(seed).flatMap(step => (step.kind === 'truth' ? [step.row] : []))
const endOf = (seed: number) => stepsOf(seed).find(step => step.kind === 'balances')!

/** A major amount as minor units. */
const minorOf = (text: string, currency: Currency): number => Math.round(Number(text) * 10 ** decimalsOf[currency])

describe('a world', () => {
  test('is the same for the same seed, byte by byte, and another for another', () => {
    const again = [...generate({ seed: 1, lines: LINES, mix: 'standard' })]
    expect(again).toEqual(stepsOf(1))
    expect(filesOf(2)[0]!.bytes.equals(filesOf(1)[0]!.bytes)).toBe(false)
  })

  test.each(seeds)('of seed %d has every class, and everything found a place', seed => {
    const planted = new Set(truthOf(seed).map(row => row.class))
    expect(foundClasses.filter(name => !planted.has(name))).toEqual([])
    expect(endOf(seed).unplanted).toEqual([])
  })

  test('without faults has nothing to be found', () => {
    const clean = [...generate({ seed: 5, lines: LINES, mix: 'clean' })]
    const found = clean.flatMap(step => (step.kind === 'truth' ? [step.row.mutation] : []))
    // Money that nobody knows comes in every world.
    expect(found.filter(mutation => !mutation.startsWith('unknown-') && mutation !== 'first-opening')).toEqual([])
  })

  test.each(seeds)('of seed %d: the suspense account is the sum of the truth', seed => {
    for (const currency of currencies) {
      const rows = truthOf(seed).filter(row => row.currency === currency)
      expect(rows.reduce((sum, { amount }) => sum + Number(amount), 0)).toBe(
        endOf(seed).balances[currency].recon_suspense,
      )
    }
  })

  test.each(seeds)('of seed %d: what a closed break holds is nothing', seed => {
    expect(truthOf(seed).filter(({ closed, amount }) => closed && amount !== '0')).toEqual([])
  })
})

describe('the books', () => {
  const rowsOf = (seed: number) => stepsOf(seed).flatMap(step => (step.kind === 'books' ? [step.rows] : []))

  test.each(seeds)('of seed %d: each expectation has its ledger entry', seed => {
    const books = rowsOf(seed)
    const byEvent = new Map(books.flatMap(({ entries }) => entries.map(entry => [entry.eventId, entry])))
    for (const { eventId, amount, currency } of books.flatMap(({ expectations }) => expectations))
      expect(byEvent.get(eventId)).toMatchObject({ amount: Math.abs(amount), currency })
  })

  test('have refunds of one payment in several files', () => {
    const refunds = rowsOf(1).flatMap(({ expectations }) => expectations.filter(({ kind }) => kind === 'refund'))
    const days = Map.groupBy(refunds, ({ paymentId }) => paymentId)
    expect([...days.values()].some(of => new Set(of.map(({ dueOn }) => dueOn)).size > 1)).toBe(true)
  })
})

describe('a settlement file that is right', () => {
  const right = filesOf(1).filter(({ sourceId, becomes }) => sourceId === 'acquirer' && becomes === 'DONE')

  test.each(right.map(file => [file.name, file] as const))('%s adds up', (_, { bytes, name }) => {
    const rows = bytes
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trimEnd()
      .split(/\r?\n/)
      .map(row => row.replaceAll('"', '').split(','))
    const currency = name.slice('ACQ-20260921-'.length, -'-r1.csv'.length) as Currency
    const cells = (row: string[]) => row.slice(5).map(text => minorOf(text, currency))
    const lines = rows.slice(1, -1).map(cells)
    for (const [amount, fee, vat, net] of lines) expect(netOf({ amount: amount!, fee: fee!, vat: vat! })).toBe(net)
    const sums = [0, 1, 2, 3].map(column => lines.reduce((sum, line) => sum + line[column]!, 0))
    expect(cells(rows.at(-1)!)).toEqual(sums)
    expect(rows.at(-1)![0]).toBe(String(lines.length))
    expect(rows.slice(1, -1).map(([line]) => line)).toEqual(lines.map((_line, index) => String(index + 1)))
  })

  test('comes in every look', () => {
    const texts = filesOf(1)
      .filter(({ sourceId }) => sourceId === 'acquirer')
      .map(({ bytes }) => bytes.toString('utf8'))
    expect(texts.some(text => text.startsWith('\uFEFF'))).toBe(true)
    expect(texts.some(text => text.includes('\r\n'))).toBe(true)
    expect(texts.some(text => text.startsWith('"'))).toBe(true)
  })
})

describe('the statements that are right', () => {
  const balancesIn = (text: string, code: string): Map<string, string> =>
    new Map(
      [
        ...text.matchAll(
          new RegExp(`<Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="(...)">([\\d.]+)</Amt><CdtDbtInd>(....)<`, 'g'),
        ),
      ].map(([, currency, amount, sign]) => [currency!, `${sign} ${amount}`]),
    )

  test.each(['bank-operating', 'bank-safeguarded'])('of %s open with what the one before closed with', sourceId => {
    const known = new Map<string, string>()
    for (const { bytes } of filesOf(1).filter(file => file.sourceId === sourceId && file.becomes === 'DONE')) {
      const text = bytes.toString('utf8')
      for (const [currency, opening] of balancesIn(text, 'OPBD'))
        if (known.has(currency)) expect(opening).toBe(known.get(currency))
      for (const [currency, closing] of balancesIn(text, 'CLBD')) known.set(currency, closing)
    }
    expect(known.has('KRW')).toBe(true)
  })
})

describe('its rules', () => {
  test.each([
    ['2026-09-23', '2026-09-29'],
    ['2026-09-24', '2026-09-29'],
    ['2026-12-31', '2027-01-05'],
    ['2027-01-01', '2027-01-05'],
  ])('what is sold on %s is due on %s', (sold, due) => {
    expect(businessDaysAfter(sold, 2)).toBe(due)
    expect(isBusinessDay(due)).toBe(true)
  })

  test.each([
    [-1_234, 'USD', '-12.34'],
    [5, 'KWD', '0.005'],
    [0, 'USD', '0.00'],
    [-7, 'KRW', '-7'],
  ] as const)('%d minor units of %s are %s', (minor, currency, text) => expect(decimalText(minor, currency)).toBe(text))

  test.each([
    [5, 10, 0],
    [15, 10, 2],
    [-15, 10, -2],
    [16, 10, 2],
  ])('%d by %d is %d, half to even', (value, by, result) => expect(dividedHalfEven(value, by)).toBe(result))

  test('a fee is 1.5 %', () => expect(feeOf(10_000)).toBe(150))
})
