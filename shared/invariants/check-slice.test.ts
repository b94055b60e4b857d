/** Slices follow each other to the last payment and begin anew, and what one found is not forgotten by the next. */
import { describe, expect, test } from '@jest/globals'
import { everyInvariant, needingOnePayment } from './catalogue.ts'
import { checkSlice, pruneRuns } from './check-slice.ts'
import { readRuns } from './read-runs.ts'
import { paymentIdOf, settledPayment } from './sample-payments.ts'
import { sampleSlices } from './sample-slices.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

const payments = (count: number) =>
  Array.from({ length: count }, (_, index) => settledPayment(index + 1, ['authorize', 'capture']))

/** Takes 1 from what the payment says it captured, or gives it back. */
const spoil = (history: ReturnType<typeof payments>[number], by: number) => {
  history.payment!.capturedAmount += by
}

async function checked(ports: ReturnType<typeof sampleSlices>, runs: number) {
  for (let run = 0; run < runs; run++) {
    ports.clock.ms += MINUTE_MS
    await checkSlice(ports, 3)
  }
  return readRuns(ports.invariantRuns)
}

const ruleIn = ({ rules }: Awaited<ReturnType<typeof readRuns>>, name: string) =>
  rules.find(rule => rule.name === name)!

describe('checkSlice', () => {
  test('covers every payment once in a pass, and then begins the next', async () => {
    const ports = sampleSlices(payments(7))

    const view = await checked(ports, 4)

    expect(ports.invariantRuns.runs).toMatchObject([
      { pass: 1, afterPaymentId: '', lastPaymentId: paymentIdOf(3), payments: 3, failed: 0 },
      { pass: 1, afterPaymentId: paymentIdOf(3), lastPaymentId: paymentIdOf(6), payments: 3, failed: 0 },
      { pass: 1, afterPaymentId: paymentIdOf(6), lastPaymentId: null, payments: 1, failed: 0, passPayments: 7 },
      { pass: 2, afterPaymentId: '', lastPaymentId: paymentIdOf(3), payments: 3, failed: 0, passPayments: 3 },
    ])
    const [first, , third] = ports.invariantRuns.runs
    expect(view.lastPass).toEqual({
      pass: 1,
      beganAt: new Date(first!.startedAtMs).toISOString(),
      endedAt: new Date(third!.finishedAtMs).toISOString(),
      payments: 7,
      failed: 0,
    })
  })

  test('finds what is wrong in its slice, and names it', async () => {
    const histories = payments(7)
    const ports = sampleSlices(histories)
    spoil(histories[1]!, -1)

    const view = await checked(ports, 1)

    expect(view.lastRun!.failed).toBeGreaterThan(0)
    expect(ruleIn(view, 'captured-in-ledger')).toMatchObject({
      covered: true,
      checked: 3,
      failed: 1,
      rows: [{ row: expect.stringContaining(paymentIdOf(2)), problem: expect.any(String) }],
    })
  })

  test('a failure is still shown after later slices, until a whole pass has not found it', async () => {
    const histories = payments(7)
    const ports = sampleSlices(histories)
    spoil(histories[1]!, -1)
    const found = ruleIn(await checked(ports, 1), 'captured-in-ledger').lastFailure

    spoil(histories[1]!, 1)

    const inSamePass = ruleIn(await checked(ports, 1), 'captured-in-ledger')
    expect(inSamePass).toMatchObject({ failed: 0, rows: [], lastFailure: found })
    // The rest of the first pass, and the second.
    expect(ruleIn(await checked(ports, 4), 'captured-in-ledger').lastFailure).toEqual(found)
    expect(ruleIn(await checked(ports, 1), 'captured-in-ledger').lastFailure).toBeNull()
  })

  test('judges by the time of the snapshot: what was pruned just before it is not missed', async () => {
    const histories = payments(1)
    const ports = sampleSlices(histories)
    const { read } = ports.snapshots
    Object.assign(ports.snapshots, {
      read: (work: Parameters<typeof read>[0]) => {
        histories[0]!.operations[0]!.answer = null
        ports.clock.ms += 16 * DAY_MS
        return read(work)
      },
    })

    expect(ruleIn(await checked(ports, 1), 'answers-stored')).toMatchObject({ checked: 2, failed: 0 })
  })

  test('says of work on its way that it is pending', async () => {
    const histories = payments(1)
    const ports = sampleSlices(histories)
    Object.assign(histories[0]!.outbox[0]!, { publishedAtMs: null, createdAtMs: ports.clock.ms })

    expect(ruleIn(await checked(ports, 1), 'outbox-published')).toMatchObject({ failed: 0, pending: 1 })
    expect(ruleIn(await checked(ports, 1), 'outbox-published')).toMatchObject({ failed: 1, pending: 0 })
  })

  test('two at once cover the same slice twice, and nothing is left out', async () => {
    const ports = sampleSlices(payments(4))

    await Promise.all([checkSlice(ports, 3), checkSlice(ports, 3)])
    const view = await checked(ports, 1)

    expect(ports.invariantRuns.runs.map(({ lastPaymentId }) => lastPaymentId)).toEqual([
      paymentIdOf(3),
      paymentIdOf(3),
      null,
    ])
    expect(view.lastPass).toMatchObject({ payments: 4 })
  })

  test('without payments completes a pass of none', async () => {
    expect((await checked(sampleSlices([]), 1)).lastPass).toMatchObject({ pass: 1, payments: 0, failed: 0 })
  })
})

describe('pruneRuns', () => {
  test('deletes runs that are a week old, but none of the last two passes', async () => {
    const ports = sampleSlices(payments(1))
    for (let day = 0; day < 10; day++) {
      ports.clock.ms += DAY_MS
      await checkSlice(ports, 3)
    }
    const runs = () => ports.invariantRuns.runs.map(({ pass }) => pass)
    const newest = ports.invariantRuns.runs.at(-1)!

    expect(await pruneRuns(ports, newest)).toBe(2)
    expect(runs()).toEqual([3, 4, 5, 6, 7, 8, 9, 10])
    await pruneRuns(ports, { ...newest, startedAtMs: newest.startedAtMs + 30 * DAY_MS })
    expect(runs()).toEqual([9, 10])
  })
})

describe('readRuns', () => {
  test('before any run every invariant is there, and none was judged', async () => {
    const { lastRun, lastPass, rules } = await checked(sampleSlices([]), 0)

    expect({ lastRun, lastPass }).toEqual({ lastRun: null, lastPass: null })
    expect(rules.map(({ name }) => name)).toEqual(everyInvariant.map(({ name }) => name))
    expect(rules.filter(({ checked: count, lastFailure }) => count !== null || lastFailure !== null)).toEqual([])
  })

  test('what needs all payments, Kafka or the acquirer is not covered, and has no figures', async () => {
    const { rules } = await checked(sampleSlices(payments(2)), 1)
    const covered = new Set<string>(needingOnePayment.map(({ name }) => name))

    expect(rules.filter(rule => rule.covered).map(({ name }) => name)).toEqual([...covered])
    for (const rule of rules) expect([rule.name, rule.checked !== null]).toEqual([rule.name, covered.has(rule.name)])
    for (const name of ['trial-balance', 'outbox-in-kafka', 'outcomes-agree'])
      expect(ruleIn({ lastRun: null, lastPass: null, rules }, name)).toMatchObject({ covered: false, failed: null })
  })
})
