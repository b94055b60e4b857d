/**
 * GET /operator/ledger?at&group&merchant&cursor: the accounts of the ledger with their balances, by control account.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 400 also a time in the future · 429, 500, 503 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { contract } from '../../shared/contracts/routes/get-ledger.ts'
import { defineOperatorRoute, type OperatorRoutePorts, pageFrom, validationFailed } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { keyOfCursor, momentOf } from '../../shared/settlement/read-balances.ts'
import { type LedgerPorts, readLedger } from '../../shared/settlement/read-ledger.ts'

export const createHandler = (ports: OperatorRoutePorts & LedgerPorts) =>
  defineOperatorRoute(contract)(ports, async ({ query: { at, cursor, ...query } }) => {
    const moment = momentOf(at, ports.clock.nowMs())
    if (moment === undefined) return validationFailed([{ path: '/at', message: problemTexts.inTheFuture }])
    // A page goes on within one group.
    const placeOf = (text: string) => (query.group === undefined ? undefined : keyOfCursor(text))
    return pageFrom(cursor, placeOf, after => readLedger(ports, { ...query, after }, moment))
  })

export const handler = createHandler(portsFromEnv())
