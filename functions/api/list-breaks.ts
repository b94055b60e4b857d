/**
 * GET /reconciliation/breaks?class&state&sourceId&currency&limit&cursor: a page of breaks, newest first.
 *
 * 200 · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/list-breaks.ts'
import { defineRoute, pageFrom, type RoutePorts } from '../../shared/http/index.ts'
import { type BreakReadPorts, breakOfCursor, listBreaks } from '../../shared/reconciliation/read-recon.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts & Pick<BreakReadPorts, 'breakReader'>) =>
  defineRoute(contract)(ports, ({ query: { cursor, ...query } }) =>
    pageFrom(cursor, breakOfCursor, beforeBreakId => listBreaks(ports, { ...query, beforeBreakId })),
  )

export const handler = createHandler(portsFromEnv())
