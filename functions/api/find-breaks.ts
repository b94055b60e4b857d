/**
 * GET /operator/reconciliation/breaks?class&state&sourceId&fileId&currency&assignee&limit&cursor: a page of breaks with their ages, newest first.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/find-breaks.ts'
import { defineOperatorRoute, type OperatorRoutePorts, pageFrom } from '../../shared/http/index.ts'
import { type AgedBreakPorts, listAgedBreaks } from '../../shared/reconciliation/read-breaks.ts'
import { breakOfCursor } from '../../shared/reconciliation/read-recon.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & AgedBreakPorts) =>
  defineOperatorRoute(contract)(ports, ({ query: { cursor, ...query } }) =>
    pageFrom(cursor, breakOfCursor, beforeBreakId => listAgedBreaks(ports, { ...query, beforeBreakId })),
  )

export const handler = createHandler(portsFromEnv())
