/**
 * GET /operator/ledger/controls/{control}?cursor: accounts of a control account against their subledger, at one moment.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 404 nothing to compare it with · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/compare-control.ts'
import { defineOperatorRoute, type OperatorRoutePorts, pageFrom } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type ComparePorts, compareControl } from '../../shared/settlement/compare-control.ts'
import { keyOfCursor } from '../../shared/settlement/read-balances.ts'

export const createHandler = (ports: OperatorRoutePorts & ComparePorts) =>
  defineOperatorRoute(contract)(ports, ({ path: { control }, query: { cursor } }) =>
    pageFrom(cursor, keyOfCursor, after => compareControl(ports, control, after)),
  )

export const handler = createHandler(portsFromEnv())
