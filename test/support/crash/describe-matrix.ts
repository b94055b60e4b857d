/** The tests of the crash matrix, for as many of its cells as somebody wants. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { verify } from '../../../scripts/operate/verify/settle.ts'
import type { PaymentApi } from '../http.ts'
import type { CrashAt } from './armed.ts'
import { type Cell, nameOf } from './cells.ts'
import { CrashSystem } from './crash-system.ts'
import { isCommittedWhileLedgerWaits, markedWithoutKafka } from './hold-up.ts'
import { brokenInvariants, strangeDecisions } from './judge-cell.ts'
import { type CellResult, tableOf } from './matrix-table.ts'
import { finalAnswers, killApiAt, type Purchase } from './run-api-cells.ts'
import { runCell } from './run-cell.ts'
import { killArchive, killPrune } from './run-jobs.ts'

export interface WantedCells {
  cells: readonly Cell[]
  /** Where the API of the whole system dies. */
  api: readonly CrashAt[]
}

/** Starts a system of this name, and stops it at the end. */
export function describeMatrix(name: string, { cells, api }: WantedCells): void {
  let system: CrashSystem
  beforeAll(async () => {
    system = await CrashSystem.start(name)
  })
  afterAll(() => system?.stop())

  describe('a process is killed, and another goes on', () => {
    const results: CellResult[] = []
    afterAll(() => console.log(tableOf(results)))

    // One after the other: the resolver and the job of expiries take whatever is due, whoever left it.
    test.each(cells.map(cell => [nameOf(cell), cell] as const))('%s', async (_, cell) => {
      const result = await runCell(system, cell)
      results.push(result)
      expect(result.problems).toEqual([])
    })

    test('no rule of a single payment is broken, and nothing is pending', async () => {
      const broken = await brokenInvariants(system, results)
      for (const { cell, rules } of broken) results.find(result => result.cell === cell)!.problems.push(...rules)
      expect(broken.map(({ cell, rules }) => [nameOf(cell), ...rules])).toEqual([])
    })

    test("the acquirer's journal holds no decision that no operation here knows", async () => {
      expect(await strangeDecisions(system)).toEqual([])
    })
  })

  describe('a job is killed in its batches, and its next run goes on', () => {
    test('deleted answers stay deleted, and the next run deletes the rest', async () => {
      expect(await killPrune(system)).toEqual({ afterKill: 100, afterNext: 0 })
    })

    test('an event that is being archived is in one of the two tables, whenever the job dies', async () => {
      const [before, amid, behind, end] = await killArchive(system)
      const total = before!.live + before!.archived
      for (const counts of [before, amid, behind, end])
        expect({ ...counts, total: counts!.live + counts!.archived }).toMatchObject({ both: 0, total })
      expect(amid).toEqual(before)
      expect(behind!.archived).toBeGreaterThan(before!.archived)
      expect(end!.live).toBe(0)
    })
  })

  test('the relay marks no event as published while Kafka does not answer', async () => {
    expect(await markedWithoutKafka(system)).toBe(0)
  })

  describe('the API of the whole system is killed, and brought back', () => {
    let running: PaymentApi
    const purchases: Purchase[] = []
    beforeAll(async () => {
      running = await system.startApi()
    })

    test('no offset is committed while the handler of its record waits for the database', async () => {
      expect(await isCommittedWhileLedgerWaits(system, running)).toBe(false)
    })

    test.each(api.map(at => [[at.point, at.of].filter(Boolean).join(' of '), at] as const))('at %s', async (_, at) => {
      purchases.push(await killApiAt(system, running, at))
    })

    test('each of its clients has one final answer', async () => {
      for (const purchase of purchases) {
        const [first, again] = await finalAnswers(system, running, purchase)
        expect([purchase.at.point, [201, 402].includes(first!.status)]).toEqual([purchase.at.point, true])
        expect(again!.text).toBe(first!.text)
      }
      expect(purchases).toHaveLength(api.length)
    })

    test('nothing is left on its way, and every invariant holds', async () => {
      const report = await verify(system.system, { settleMs: 120_000, graceMs: 60_000 })
      expect(report.results.filter(({ ok }) => !ok)).toEqual([])
      expect(report.pending).toBe(0)
      expect(await strangeDecisions(system)).toEqual([])
    })
  })
}
