/**
 * GET /operator/ledger/entries/{entryId}: one entry of the ledger, of a payment or not.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 404 no such entry · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/get-ledger-entry.ts'
import { defineOperatorRoute, notFound, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type HistoryPorts, readEntry } from '../../shared/settlement/read-ledger.ts'

export const createHandler = (ports: OperatorRoutePorts & Pick<HistoryPorts, 'accountHistory'>) =>
  defineOperatorRoute(contract)(ports, async ({ path: { entryId } }) => {
    const entry = await readEntry(ports.accountHistory, entryId)
    return entry === undefined ? notFound() : { status: 200, body: entry }
  })

export const handler = createHandler(portsFromEnv())
