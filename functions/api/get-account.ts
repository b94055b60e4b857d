/**
 * GET /ledger/accounts/{account}?at: what an account holds in each of its currencies, now or at a time.
 *
 * 200 · 404 the account never had an entry · 400 also a time in the future · 429, 500, 503 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { contract } from '../../shared/contracts/routes/get-account.ts'
import { defineRoute, notFound, type RoutePorts, validationFailed } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type BalancePorts, momentOf, readAccount } from '../../shared/settlement/read-balances.ts'

export const createHandler = (ports: RoutePorts & BalancePorts) =>
  defineRoute(contract)(ports, async ({ path, query }) => {
    const moment = momentOf(query.at, ports.clock.nowMs())
    if (moment === undefined) return validationFailed([{ path: '/at', message: problemTexts.inTheFuture }])
    const account = await readAccount(ports, path.account, moment)
    return account === undefined ? notFound() : { status: 200, body: account }
  })

export const handler = createHandler(portsFromEnv())
