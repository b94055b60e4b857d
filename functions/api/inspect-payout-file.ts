/**
 * GET /operator/payout-files/{fileId}: a payout file.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 404 no such file · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/inspect-payout-file.ts'
import { defineOperatorRoute, foundOr404, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'
import { type PayoutFileReadPorts, readPayoutFile } from '../../shared/settlement/read-payout-files.ts'

export const createHandler = (ports: OperatorRoutePorts & PayoutFileReadPorts) =>
  defineOperatorRoute(contract)(ports, async ({ path }) => foundOr404(await readPayoutFile(ports, path.fileId)))

export const handler = createHandler(portsFromEnv())
