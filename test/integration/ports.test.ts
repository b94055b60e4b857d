/** The stores on MariaDB keep the contracts of the ports, in groups as offline, and each work by itself as in a Lambda. */
import { afterAll, beforeAll, jest } from '@jest/globals'
import type { Transactions } from '../../shared/payments/ports.ts'
import { MySqlPaymentReader } from '../../shared/stores/payment-reader.ts'
import { describePorts } from '../ports/describe-ports.ts'
import type { PortsUnderTest } from '../ports/ports-under-test.ts'
import { ScratchDatabase, type Stores } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(30_000)

const TABLES = [
  'payment',
  'payment_operation',
  'manual_settlement',
  'idem_response_cache',
  'ledger_entry',
  'outbox_event',
  'outbox_archive',
  'dead_letter',
]

let scratch: ScratchDatabase
let stores: Stores
beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'ports')
  stores = scratch.stores()
})
afterAll(() => scratch?.drop())

async function open(transactionsOf: (stores: Stores) => Transactions): Promise<PortsUnderTest> {
  for (const table of TABLES) await scratch.direct.write('DELETE FROM ??', [table])
  await scratch.direct.write('UPDATE sandbox_clock SET offset_ms = 0, target_offset_ms = 0')
  const { database, transactions: _, ...tables } = stores
  return {
    ...tables,
    transactions: transactionsOf(stores),
    separate: database,
    reader: new MySqlPaymentReader(database),
  }
}

describePorts('MariaDB, in groups', () => open(({ transactions }) => transactions))
describePorts('MariaDB, each by itself', () => open(({ database }) => database))
