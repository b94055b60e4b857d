/**
 * GET /operator/ledger/accounts/{account}/export?currency&from&to&cursor: what moved on an account in some time, part by part, for a CSV file.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 404 the account never had an entry · 400 also a time in the future ·
 * 429, 500, 503 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { contract } from '../../shared/contracts/routes/export-entries.ts'
import { defineOperatorRoute, notFound, type OperatorRoutePorts, validationFailed } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { momentOf } from '../../shared/settlement/read-balances.ts'
import { entryPlaceOf, exportEntries, type HistoryPorts } from '../../shared/settlement/read-ledger.ts'

export const createHandler = (ports: OperatorRoutePorts & HistoryPorts) =>
  defineOperatorRoute(contract)(ports, async ({ path: { account }, query: { cursor, ...query } }) => {
    if (momentOf(query.to, ports.clock.nowMs()) === undefined)
      return validationFailed([{ path: '/to', message: problemTexts.inTheFuture }])
    const after = cursor === undefined ? undefined : entryPlaceOf(cursor)
    if (cursor !== undefined && after === undefined)
      return validationFailed([{ path: '/cursor', message: problemTexts.notOurCursor }])
    const part = await exportEntries(ports, account, query, after)
    return part === undefined ? notFound() : { status: 200, body: part }
  })

export const handler = createHandler(portsFromEnv())
