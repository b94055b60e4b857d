/**
 * GET /operator/ledger/accounts/{account}/export?currency&from&to&cursor: what moved on an account in some time, part by part, for a CSV file.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 404 the account never had an entry · 400 also a time in the future ·
 * 429, 500, 503 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { contract } from '../../shared/contracts/routes/export-entries.ts'
import {
  defineOperatorRoute,
  foundPageFrom,
  type OperatorRoutePorts,
  validationFailed,
} from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { momentOf } from '../../shared/settlement/read-balances.ts'
import { entryPlaceOf, exportEntries, type HistoryPorts } from '../../shared/settlement/read-ledger.ts'

export const createHandler = (ports: OperatorRoutePorts & HistoryPorts) =>
  defineOperatorRoute(contract)(ports, async ({ path: { account }, query: { cursor, ...query } }) => {
    if (momentOf(query.to, ports.clock.nowMs()) === undefined)
      return validationFailed([{ path: '/to', message: problemTexts.inTheFuture }])
    return foundPageFrom(cursor, entryPlaceOf, after => exportEntries(ports, account, query, after))
  })

export const handler = createHandler(portsFromEnv())
