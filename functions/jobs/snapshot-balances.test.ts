/** The job that stores balances says how many it wrote, and is silent when there is nothing. */
import { expect, test } from '@jest/globals'
import { SNAPSHOT_ENTRIES } from '../../shared/settlement/snapshot-balances.ts'
import { createHandlerPorts } from '../../test/unit/http-fakes.ts'
import { createHandler } from './snapshot-balances.ts'

test('snapshot-balances counts what it wrote', async () => {
  const ports = createHandlerPorts()
  expect(await createHandler(ports)()).toEqual({ snapshots: 0 })
  expect(ports.log.lines).toEqual([])

  const entry = { debitAccount: 'cash', creditAccount: 'fee_revenue', currency: 'KRW', amountMinor: 1 }
  const recordedAtMs = ports.clock.nowMs()
  for (let index = 0; index < SNAPSHOT_ENTRIES; index++) ports.balances.entries.push({ ...entry, recordedAtMs })
  ports.clock.advance(60_001)
  expect(await createHandler(ports)()).toEqual({ snapshots: 2 })
  expect(ports.log.lines).toMatchObject([{ level: 'info', fields: { snapshots: 2 } }])
})
