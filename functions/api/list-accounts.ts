/**
 * GET /ledger/accounts?prefix&currency&at&limit&cursor: a page of accounts with their balances, in the order of their names.
 *
 * 200 · 400 also a time in the future · 429, 500, 503 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { contract } from '../../shared/contracts/routes/list-accounts.ts'
import { defineRoute, pageFrom, type RoutePorts, validationFailed } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type BalancePorts, keyOfCursor, listAccounts, momentOf } from '../../shared/settlement/read-balances.ts'

export const createHandler = (ports: RoutePorts & BalancePorts) =>
  defineRoute(contract)(ports, async ({ query: { at, cursor, ...query } }) => {
    const moment = momentOf(at, ports.clock.nowMs())
    if (moment === undefined) return validationFailed([{ path: '/at', message: problemTexts.inTheFuture }])
    return pageFrom(cursor, keyOfCursor, after => listAccounts(ports, { ...query, after }, moment))
  })

export const handler = createHandler(portsFromEnv())
