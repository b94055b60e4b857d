/**
 * GET /operator/payout-files?state&limit&cursor: a page of payout files, newest first.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 400, 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/find-payout-files.ts'
import { defineOperatorRoute, type OperatorRoutePorts, pageFrom } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import {
  listPayoutFiles,
  type PayoutFileReadPorts,
  payoutFileOfCursor,
} from '../../shared/settlement/read-payout-files.ts'

export const createHandler = (ports: OperatorRoutePorts & PayoutFileReadPorts) =>
  defineOperatorRoute(contract)(ports, ({ query: { cursor, ...query } }) =>
    pageFrom(cursor, payoutFileOfCursor, beforeFileId => listPayoutFiles(ports, { ...query, beforeFileId })),
  )

export const handler = createHandler(portsFromEnv())
