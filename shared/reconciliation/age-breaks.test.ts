/** What is due and has not come, and what the sandbox clock waits for, with tables in memory. */
import { describe, expect, test } from '@jest/globals'
import { FakeDatabase, shuffledTurns } from '../payments/fake-store.ts'
import { ageBreaks, countMissing, nextMissingMs } from './age-breaks.ts'
import { aging, matching } from './due-jobs.ts'
import { createMatchingPorts, expectIn, type FakeMatchingPorts, receiveIn } from './fake-matching.ts'
import { matchFiles } from './match-files.ts'

const NO_END = Number.POSITIVE_INFINITY
/** What is due on the 6th may come until the 8th is over. */
const MISSED_FROM_MS = Date.parse('2026-01-09T00:00:00+09:00')

const goTo = ({ clock }: FakeMatchingPorts, virtualMs: number) => clock.advanceVirtual(virtualMs - clock.virtualNowMs())

describe('ageBreaks', () => {
  test('what is due and has not come is missing when its days are over, and not before', async () => {
    const ports = createMatchingPorts()
    await expectIn(ports, 'op_1')
    await expectIn(ports, 'op_2', { dueOn: '2026-01-07' })
    await expectIn(ports, 'op_3', { state: 'SETTLED' })
    goTo(ports, MISSED_FROM_MS - 1)
    expect(await ageBreaks(ports, NO_END)).toEqual({ overdue: 0, dated: 0, others: 0 })
    goTo(ports, MISSED_FROM_MS)
    expect(await ageBreaks(ports, NO_END)).toEqual({ overdue: 1, dated: 0, others: 0 })
    expect(await ageBreaks(ports, NO_END)).toEqual({ overdue: 0, dated: 0, others: 0 })

    expect(ports.breaks.table.rows()).toMatchObject([
      {
        ...{ subject: 'exp_op_1', class: 'MISSING_THERE', expectationId: 'exp_op_1', bookedMinor: 0, state: 'OPEN' },
        ...{ openedOn: '2026-01-09', differences: { amount: { expected: 10_000, found: 0 } } },
      },
    ])
    expect(ports.doorbell.rings.length).toBeGreaterThan(0)
  })

  test('two at once miss it once', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const ports = createMatchingPorts(new FakeDatabase(shuffledTurns(seed)), { seed })
      for (const key of ['op_1', 'op_2', 'op_3']) await expectIn(ports, key)
      goTo(ports, MISSED_FROM_MS)
      const done = await Promise.all([ageBreaks(ports, NO_END), ageBreaks(ports, NO_END)])
      expect(done[0].overdue + done[1].overdue).toBe(3)
    }
  })

  test('its line resolves the break, which says how late it is, and there is no DATE', async () => {
    const ports = createMatchingPorts()
    await expectIn(ports, 'op_1')
    await expectIn(ports, 'op_2')
    goTo(ports, MISSED_FROM_MS)
    await ageBreaks(ports, NO_END)
    await receiveIn(ports, [
      { matchKey: 'op_1', valueOn: '2026-01-12' },
      { matchKey: 'op_2', valueOn: null, feeMinor: 250 },
    ])
    await matchFiles(ports, NO_END)

    expect(ports.breaks.table.rows().map(row => [row.class, row.state])).toEqual([
      ['MISSING_THERE', 'RESOLVED'],
      ['MISSING_THERE', 'RESOLVED'],
      ['FEE', 'OPEN'],
    ])
    expect(ports.breaks.actions.rows().map(({ action, reason }) => [action, reason])).toEqual([
      ['arrived', 'its line came: paid on 2026-01-12, due on 2026-01-06, 4 business days late'],
      ['arrived', 'its line came'],
    ])
  })

  test('a break that a person has closed stays as it is when the line comes', async () => {
    const ports = createMatchingPorts()
    await expectIn(ports, 'op_1')
    goTo(ports, MISSED_FROM_MS)
    await ageBreaks(ports, NO_END)
    const { breakId } = ports.breaks.table.rows()[0]!
    await ports.transactions.run('close', async tx => {
      const of = await ports.breaks.lock(tx, breakId)
      await ports.breaks.update(tx, { ...of!, state: 'RESOLVED', closedAtMs: 1 })
    })
    await receiveIn(ports, [{ matchKey: 'op_1' }])
    expect(await matchFiles(ports, NO_END)).toMatchObject({ lines: 1 })
    expect(ports.breaks.actions.rows()).toEqual([])
  })

  test('an expectation that comes after its line and is overdue resolves both breaks', async () => {
    const ports = createMatchingPorts()
    await receiveIn(ports, [{ matchKey: 'op_1' }])
    await matchFiles(ports, NO_END)
    await expectIn(ports, 'op_1')
    goTo(ports, MISSED_FROM_MS)
    await ageBreaks(ports, NO_END)
    await matchFiles(ports, NO_END)
    expect(ports.breaks.table.rows().map(row => [row.class, row.state])).toEqual([
      ['MISSING_HERE', 'RESOLVED'],
      ['MISSING_THERE', 'RESOLVED'],
    ])
  })

  test('nothing is missed while a file waits to be matched', async () => {
    const ports = createMatchingPorts()
    await expectIn(ports, 'op_1')
    await receiveIn(ports, [])
    goTo(ports, MISSED_FROM_MS)
    expect(await ageBreaks(ports, NO_END)).toMatchObject({ overdue: 0 })
  })

  test('a year that is loaded gives due dates, and one that is not gives none', async () => {
    const ports = createMatchingPorts()
    await expectIn(ports, 'op_1', { dueOn: null })
    await expectIn(ports, 'op_2', { dueOn: null, occurredAtMs: Date.parse('2030-01-02T12:00:00+09:00') })
    expect(await ageBreaks(ports, NO_END)).toMatchObject({ dated: 1 })
    expect(ports.matching.expectationTable.rows().map(({ dueOn }) => dueOn)).toEqual(['2026-01-06', null])
  })

  test('a batch gets its due date, too, when its year is loaded', async () => {
    const ports = createMatchingPorts()
    await receiveIn(ports, [{ valueOn: null }])
    const later = { batchRef: 'ACQ-20300102-KRW', day: '2030-01-02' }
    await receiveIn(ports, [{ matchKey: 'op_2', valueOn: null }], later)
    await matchFiles(ports, NO_END)
    expect(ports.matching.batches.rows().map(({ dueOn }) => dueOn)).toEqual([null, null])
    expect(await ageBreaks(ports, NO_END)).toMatchObject({ dated: 1 })
    expect(ports.matching.batches.rows().map(({ dueOn }) => dueOn)).toEqual(['2026-01-06', null])
    expect(await ageBreaks(ports, NO_END)).toMatchObject({ dated: 0 })
  })

  test('the other steps follow, and nothing begins after the deadline', async () => {
    const ports = createMatchingPorts()
    await expectIn(ports, 'op_1')
    goTo(ports, MISSED_FROM_MS)
    const deadlines: number[] = []
    const step = async (deadlineMs: number) => deadlines.push(deadlineMs)
    const nowMs = ports.clock.nowMs()
    expect(await ageBreaks({ ...ports, agingSteps: [step] }, nowMs)).toEqual({ overdue: 0, dated: 0, others: 1 })
    expect(deadlines).toEqual([nowMs])
  })
})

describe('the sandbox clock', () => {
  test('waits for nothing where nothing is expected and no file came', async () => {
    const ports = createMatchingPorts()
    const jobs = [matching(ports), aging(ports)]
    expect(await Promise.all(jobs.map(job => job.left(ports.clock.virtualNowMs())))).toEqual([0, 0])
    expect(await Promise.all(jobs.map(job => job.nextDueMs()))).toEqual([undefined, undefined])
  })

  test('waits for files that are to be matched, and for what they came before', async () => {
    const ports = createMatchingPorts()
    const job = matching(ports)
    await receiveIn(ports, [{ matchKey: 'op_1' }])
    expect(await job.left(0)).toBe(1)
    expect(await job.run(NO_END)).toBe(2)
    await expectIn(ports, 'op_1')
    expect(await job.left(0)).toBe(1)
    expect(await job.run(NO_END)).toBe(1)
    expect(await job.left(0)).toBe(0)
  })

  test('stops where something is missed', async () => {
    const ports = createMatchingPorts()
    const job = aging(ports)
    await expectIn(ports, 'op_1')
    expect(await job.nextDueMs()).toBe(MISSED_FROM_MS)
    expect(await job.left(MISSED_FROM_MS)).toBe(1)
    goTo(ports, MISSED_FROM_MS)
    expect(await job.run(NO_END)).toBe(1)
    expect(await countMissing(ports, MISSED_FROM_MS)).toBe(0)
    expect(await nextMissingMs(ports)).toBeUndefined()
  })
})
