/** A sample of the crash matrix: a process is killed at each point, another goes on, and the payment is right. test/full has all of it. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { verify } from '../../scripts/operate/verify/settle.ts'
import { nameOf, sample } from '../support/crash/cells.ts'
import { CrashSystem } from '../support/crash/crash-system.ts'
import { type CellResult, runMatrix, tableOf } from '../support/crash/run-matrix.ts'

jest.setTimeout(600_000)

let system: CrashSystem
let results: CellResult[]

beforeAll(async () => {
  system = await CrashSystem.start('crash-sample')
  results = await runMatrix(system, sample)
  console.log(tableOf(results))
})
afterAll(() => system?.stop())

test.each(sample.map((cell, index) => [nameOf(cell), index] as const))('%s', (_, index) => {
  expect(results[index]!.problems).toEqual([])
})

test('the whole system comes to rest, and every invariant holds', async () => {
  await system.startApi()
  const report = await verify(system.system, { settleMs: 90_000, graceMs: 60_000 })
  expect(report.results.filter(({ ok }) => !ok)).toEqual([])
  expect(report.pending).toBe(0)
})
