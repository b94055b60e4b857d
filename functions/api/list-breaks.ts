/**
 * GET /reconciliation/breaks?class&state&sourceId&currency&limit&cursor: a page of breaks, newest first.
 *
 * 200 · 400, 429, 500, 503 see docs/errors.md
 */
import { problemTexts } from '../../shared/contracts/problem-texts.ts'
import { contract } from '../../shared/contracts/routes/list-breaks.ts'
import { defineRoute, type RoutePorts, validationFailed } from '../../shared/http/index.ts'
import { type BreakReadPorts, breakOfCursor, listBreaks } from '../../shared/reconciliation/read-recon.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: RoutePorts & Pick<BreakReadPorts, 'breakReader'>) =>
  defineRoute(contract)(ports, async ({ query: { cursor, ...query } }) => {
    const beforeBreakId = cursor === undefined ? undefined : breakOfCursor(cursor)
    if (cursor !== undefined && beforeBreakId === undefined)
      return validationFailed([{ path: '/cursor', message: problemTexts.notOurCursor }])
    return { status: 200, body: await listBreaks(ports, { ...query, beforeBreakId }) }
  })

export const handler = createHandler(portsFromEnv())
