/**
 * GET /operator/reconciliation/files/{fileId}: a file of the acquirer or the bank, for operators.
 *
 * 200 · 401 nobody is signed in · 403 not from the console · 404 no such file · 429, 500, 503 see docs/errors.md
 */
import { contract } from '../../shared/contracts/routes/inspect-recon-file.ts'
import { defineOperatorRoute, foundOr404, type OperatorRoutePorts } from '../../shared/http/index.ts'
import { type FileReadPorts, readReconFile } from '../../shared/reconciliation/read-recon.ts'
import { portsFromEnv } from '../../shared/runtime/wiring.ts'

export const createHandler = (ports: OperatorRoutePorts & FileReadPorts) =>
  defineOperatorRoute(contract)(ports, async ({ path }) => foundOr404(await readReconFile(ports, path.fileId)))

export const handler = createHandler(portsFromEnv())
