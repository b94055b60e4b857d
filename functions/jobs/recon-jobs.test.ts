/** The jobs of reconciliation: each does what is due, tells it when there is something to tell, and ends in time. */
import { describe, expect, test } from '@jest/globals'
import { DependencyUnavailableError } from '../../shared/payments/ports.ts'
import { createMatchingPorts, expectIn, receiveIn } from '../../shared/reconciliation/fake-matching.ts'
import { FakeLog } from '../../test/unit/http-fakes.ts'
import { createHandler as ageBreaks } from './age-breaks.ts'
import { createHandler as matchFiles } from './match-files.ts'

const jobs = [
  ['match-files', matchFiles, { files: 0, lines: 0, late: 0 }],
  ['age-breaks', ageBreaks, { overdue: 0, dated: 0, others: 0 }],
] as const

const portsOf = () => ({ ...createMatchingPorts(), log: new FakeLog() })

describe.each(jobs)('%s', (_, createHandler, nothing) => {
  test('says nothing when there is nothing to do', async () => {
    const ports = portsOf()
    expect(await createHandler(ports)()).toEqual(nothing)
    expect(ports.log.lines).toEqual([])
  })

  test('throws when the database is away', async () => {
    const ports = portsOf()
    ports.transactions.away = true
    await expect(createHandler(ports)()).rejects.toThrow(DependencyUnavailableError)
  })
})

test('a file is matched, what is missing is missed, and each job tells its part', async () => {
  const ports = portsOf()
  for (const key of ['op_1', 'op_2']) await expectIn(ports, key)
  await receiveIn(ports, [{ matchKey: 'op_1' }])
  ports.clock.advanceVirtual(14 * 24 * 60 * 60_000)
  await matchFiles(ports)()
  await ageBreaks(ports)()

  expect(ports.log.lines).toMatchObject([
    { level: 'info', fields: { files: 1, lines: 1, late: 0 }, message: 'matched files' },
    { level: 'info', fields: { overdue: 1 }, message: 'aged what is expected' },
  ])
})
