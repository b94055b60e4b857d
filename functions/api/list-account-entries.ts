/**
 * GET /operator/ledger/accounts/{account}/entries?currency&at&entry&limit&cursor: what moved on an account, with the balance after each entry.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 404 the account never had an entry · 400 also a time in the future ·
 * 429, 500, 503 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { contract } from '../../shared/contracts/routes/list-account-entries.ts'
import {
  defineOperatorRoute,
  foundPageFrom,
  type OperatorRoutePorts,
  validationFailed,
} from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { momentOf } from '../../shared/settlement/read-balances.ts'
import { entryPlaceOf, type HistoryPorts, listEntries } from '../../shared/settlement/read-ledger.ts'

export const createHandler = (ports: OperatorRoutePorts & HistoryPorts) =>
  defineOperatorRoute(contract)(ports, async ({ path: { account }, query: { at, cursor, ...query } }) => {
    const moment = momentOf(at, ports.clock.nowMs())
    if (moment === undefined) return validationFailed([{ path: '/at', message: problemTexts.inTheFuture }])
    return foundPageFrom(cursor, entryPlaceOf, after => listEntries(ports, account, { ...query, after }, moment))
  })

export const handler = createHandler(portsFromEnv())
