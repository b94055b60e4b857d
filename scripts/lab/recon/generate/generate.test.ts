/** A generated world: the same for the same seed, right in itself, and with everything planted that can go wrong. */
import { describe, expect, test } from '@jest/globals'
import { bytesOf, koreanWords, netOf } from './acquirer-file.ts'
import { businessDaysAfter, isBusinessDay, startOf } from './days.ts'
import { disputeFaults } from './dispute-faults.ts'
import { generate } from './generate.ts'
import { type Currency, currencies, decimalsOf, decimalText, dividedHalfEven, feeOf } from './money.ts'
import { momentsOf } from './statement.ts'
import { accounts, type BookRows, type DisputeTruth, foundClasses, type Step, type TruthRow } from './truth.ts'

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
    const found = clean.flatMap(step =>
      step.kind === 'truth' && step.row.class !== 'MATCHED' ? [step.row.mutation] : [],
    )
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

  test.each(seeds)('of seed %d: all accounts together are 0, as each entry has two sides', seed => {
    for (const currency of currencies) {
      const of = endOf(seed).balances[currency]
      expect(accounts.reduce((sum, account) => sum + of[account], 0)).toBe(0)
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

describe('disputes', () => {
  const disputesOf = (seed: number): DisputeTruth[] =>
    stepsOf(seed).flatMap(step => (step.kind === 'dispute' ? [step.row] : []))
  const booksOf = (seed: number): BookRows[] =>
    stepsOf(seed).flatMap(step => (step.kind === 'books' ? [step.rows] : []))

  test.each(seeds)('of seed %d: each kind is planted, and ends in each state', seed => {
    const told = new Set([...truthOf(seed), ...disputesOf(seed)].map(({ mutation }) => mutation))
    expect(disputeFaults.filter(name => !told.has(name))).toEqual([])
    expect(new Set(disputesOf(seed).map(({ state }) => state))).toEqual(new Set(['OPEN', 'WON', 'LOST']))
  })

  test.each(seeds)('of seed %d: a payment never has more disputed and refunded than captured', seed => {
    const payments = new Map(booksOf(seed).flatMap(rows => rows.payments.map(row => [row.paymentId, row])))
    const disputed = Map.groupBy(disputesOf(seed), ({ paymentId }) => paymentId)
    for (const [paymentId, disputes] of disputed) {
      const { captured, refunded } = payments.get(paymentId)!
      const lasting = disputes.filter(({ state }) => state !== 'WON').reduce((sum, { amount }) => sum + amount, 0)
      expect(refunded + lasting).toBeLessThanOrEqual(captured)
    }
  })

  test('a line that is too much by one is no dispute, and its whole net is in suspense', () => {
    const rows = truthOf(1).filter(({ mutation }) => mutation === 'over-disputed-by-one')
    const refs = new Set(disputesOf(1).flatMap(({ externalRefs }) => externalRefs))
    for (const row of rows) {
      expect(row.class).toBe('OVER_DISPUTED')
      expect(Number(row.booked)).toBeGreaterThan(1_000)
      expect(refs.has(row.subject.split(':')[1]!)).toBe(false)
    }
    expect(rows.length).toBeGreaterThan(0)
  })

  test('what is given up was taken on that day or before, and is LOST at the end', () => {
    const lost = stepsOf(1).flatMap(step => (step.kind === 'lose' ? [step.externalRef] : []))
    const ends = disputesOf(1).filter(({ state }) => state === 'LOST')
    expect(new Set(lost)).toEqual(new Set(ends.flatMap(({ externalRefs }) => externalRefs)))
  })

  test('some merchants pay for them, others do not, and more from the second season on', () => {
    const fees = disputesOf(1).filter(({ currency }) => currency === 'KRW')
    expect(new Set(fees.map(({ fee }) => fee))).toEqual(new Set([0, 5_000, 7_700]))
  })

  test('what is won stands behind what was taken, in the same file', () => {
    const rows = filesOf(1)
      .filter(({ sourceId, becomes }) => sourceId === 'acquirer' && becomes === 'DONE')
      .map(({ bytes }) => bytes.toString('latin1').replaceAll('"', '').split('\n'))
    const places = (of: string[], kind: string) =>
      new Map(of.flatMap((row, index) => (row.split(',')[1] === kind ? [[row.split(',')[2]!, index]] : [])))
    const both = rows.flatMap(of => {
      const taken = places(of, 'chargeback')
      return [...places(of, 'chargeback_won')].flatMap(([ref, index]) =>
        taken.has(ref) ? [index - taken.get(ref)!] : [],
      )
    })
    expect(both.length).toBeGreaterThan(0)
    expect(both.every(distance => distance > 0)).toBe(true)
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
    const cells = (row: string[]) => row.slice(5, 9).map(text => minorOf(text, currency))
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
    expect(texts.some(text => text.includes('비고'))).toBe(true)
    const isCp949 = (bytes: Buffer) => bytes.includes(Buffer.from('baf1b0ed', 'hex'))
    expect(filesOf(1).some(({ bytes }) => isCp949(bytes))).toBe(true)
  })

  test('is in CP949 as Windows writes it', () => {
    const bytes = bytesOf([['a'], ['b'], ['c'], ['d']], 'cp949')
    expect(bytes.toString('hex')).toBe('612cbaf1b0ed0a622cbbf3c1a10a632c8c630a642c0a')
    const [one, two] = koreanWords
    expect(new TextDecoder('euc-kr').decode(bytes.subarray(0, 14))).toBe(`a,${one.text}\nb,${two.text}\n`)
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
  test('each moment that a bank writes is of its day in Seoul', () => {
    for (const moment of momentsOf('2026-10-01').filter(text => /Z|\+/.test(text))) {
      const atMs = Date.parse(moment)
      expect([startOf('2026-10-01') <= atMs, atMs < startOf('2026-10-02')]).toEqual([true, true])
    }
  })

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
